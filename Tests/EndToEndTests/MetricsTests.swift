import ClusterTestSupport
import Foundation
import TestSupport
import Testing

/// The metrics of real processes.
@Suite struct MetricsTests {
    @Test func theyCountWhatHappened() async throws {
        let observed = try await ObservedCluster.shared.value
        let all = observed.coordinator
        #expect(all["mapreduce_jobs_submitted_total"]?.value() == 2)
        #expect(all["mapreduce_jobs_finished_total"]?.value(["outcome": "succeeded"]) == 1)
        #expect(all["mapreduce_jobs_finished_total"]?.value(["outcome": "failed"]) == 1)
        #expect(all["mapreduce_job_duration_seconds"]?.value([:], "_count") == 2)
        let attempts = try #require(all["mapreduce_attempts_total"])
        let succeeded = try #require(attempts.value(["outcome": "succeeded"]))
        let failed = try #require(attempts.value(["outcome": "failed"]))
        #expect(succeeded > 5)
        #expect(failed == 2)
        #expect(all["mapreduce_attempt_failures_total"]?.value(["kind": "crashed"]) == failed)
        let durations = all["mapreduce_attempt_duration_seconds"]
        #expect(durations?.value([:], "_count") == succeeded + failed)
        let sizes = try sampleTexts.map { try readFile($0).count }
        #expect(all["mapreduce_read_bytes_total"]?.value() == Double(sizes.reduce(0, +)))
        #expect(all["mapreduce_written_records_total"]?.value() ?? 0 > 100)
        #expect(all["mapreduce_workers"]?.value(["state": "ready"]) == 2)
        #expect(all["mapreduce_slots"]?.value() == 2)
        #expect(all["mapreduce_slots_busy"]?.value() == 0)
        #expect(all["mapreduce_queue_length"]?.value() == 0)
        let entries = try #require(all["mapreduce_journal_entries_total"]?.value())
        #expect(entries >= 4 + 2 * (succeeded + failed))
        #expect(all["mapreduce_journal_write_duration_seconds"]?.value([:], "_count") ?? 0 > 0)
        #expect(all["mapreduce_journal_size_bytes"]?.value() ?? 0 > 4096)
        let submitted = all["mapreduce_http_requests_total"]?.value([
            "method": "POST", "route": "/v1/jobs", "status": "201",
        ])
        #expect(submitted == 2)
    }

    @Test func workersCountWhatTheyDid() async throws {
        let observed = try await ObservedCluster.shared.value
        #expect(observed.workers.count == 2)
        func sum(_ name: String, _ labels: [String: String] = [:], _ ending: String = "") -> Double
        {
            observed.workers.reduce(0) { $0 + ($1[name]?.value(labels, ending) ?? .nan) }
        }
        let attempts = observed.coordinator["mapreduce_attempts_total"]
        for outcome in ["succeeded", "failed"] {
            #expect(
                sum("mapreduce_worker_attempts_total", ["outcome": outcome])
                    == attempts?.value(["outcome": outcome])
            )
        }
        #expect(sum("mapreduce_worker_slots") == 2)
        #expect(sum("mapreduce_worker_joined") == 2)
        #expect(sum("mapreduce_worker_fetches_total", ["outcome": "succeeded"]) > 0)
        #expect(sum("mapreduce_worker_fetched_bytes_total") > 0)
        #expect(
            sum("mapreduce_worker_fetched_bytes_total")
                == sum("mapreduce_worker_served_bytes_total")
        )
        #expect(
            sum("mapreduce_worker_fetch_duration_seconds", [:], "_count")
                == sum("mapreduce_worker_fetches_total", ["outcome": "succeeded"])
        )
        #expect(sum("mapreduce_worker_task_processes_crashed_total") == 2)
        #expect(sum("mapreduce_worker_task_processes_started_total") >= 3)
        for worker in observed.workers {
            let free = try #require(worker["mapreduce_worker_scratch_free_bytes"]?.value())
            #expect(free > 0)
            #expect(free <= worker["mapreduce_worker_scratch_size_bytes"]?.value() ?? 0)
        }
    }

    @Test func processesTellOfThemselves() async throws {
        let observed = try await ObservedCluster.shared.value
        for families in [observed.coordinator] + observed.workers {
            let start = try #require(families["process_start_time_seconds"]?.value())
            #expect(abs(Date().timeIntervalSince1970 - start) < 24 * 3600)
            #expect(families["process_cpu_seconds_total"]?.value() ?? 0 > 0)
            #expect(families["process_resident_memory_bytes"]?.value() ?? 0 > 1_000_000)
            let open = try #require(families["process_open_fds"]?.value())
            #expect(open > 3)
            #expect(open < families["process_max_fds"]?.value() ?? 0)
        }
    }

    /// A label that could have any value would make any number of series.
    @Test func thereAreFewSeries() async throws {
        let observed = try await ObservedCluster.shared.value
        for families in [observed.coordinator] + observed.workers {
            #expect(families.values.reduce(0) { $0 + $1.samples.count } < 600)
        }
    }

    /// `UPDATE=1 swift test --filter MetricsTests` writes the tables of the page anew.
    @Test func thePageListsThemAll() async throws {
        let observed = try await ObservedCluster.shared.value
        let coordinator = observed.coordinator
        let worker = try #require(observed.workers.first)
        let tables = [
            ("both", coordinator.filter { worker[$0.key] != nil }),
            ("coordinator", coordinator.filter { worker[$0.key] == nil }),
            ("worker", worker.filter { coordinator[$0.key] == nil }),
        ]
        let path = packageRoot + "/Documentation/Observability.md"
        var page = try readText(path)
        for (name, families) in tables {
            let begin = try #require(page.range(of: "<!-- metrics: \(name) -->\n"))
            let end = try #require(
                page.range(of: "<!-- end -->", range: begin.upperBound..<page.endIndex)
            )
            page.replaceSubrange(begin.upperBound..<end.lowerBound, with: table(families))
        }
        if ProcessInfo.processInfo.environment["UPDATE"] != nil {
            try Data(page.utf8).write(to: URL(fileURLWithPath: path))
        }
        #expect(try readText(path) == page)
    }

    private func table(_ families: [String: Exposition.Family]) -> String {
        var text = "| metric | kind | labels | |\n|---|---|---|---|\n"
        for family in families.values.sorted(by: { $0.name < $1.name }) {
            let labels = family.labels.map { label in
                // Others have the values that were met.
                guard ["outcome", "state", "kind", "reason"].contains(label) else {
                    return "`\(label)`"
                }
                var values: [String] = []
                for sample in family.samples {
                    if let value = sample.labels[label], !values.contains(value) {
                        values.append(value)
                    }
                }
                return "`\(label)`: " + values.joined(separator: ", ")
            }
            text += "| `\(family.name)` | \(family.kind) | \(labels.joined(separator: "; ")) "
            text += "| \(family.help) |\n"
        }
        return text
    }
}
