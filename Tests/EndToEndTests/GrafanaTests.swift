import Foundation
import TestSupport
import Testing

/// The dashboard for Grafana asks for nothing that is not there; `.ci/dashboard` asks a real
/// Prometheus each of its questions.
@Suite struct GrafanaTests {
    private struct Dashboard: Decodable {
        struct Panel: Decodable {
            let title: String
            let type: String
            let description: String?
            let targets: [Target]?
        }
        struct Target: Decodable {
            let expr: String
            let legendFormat: String
        }
        struct Variable: Decodable {
            let name: String
            let definition: String?
        }
        struct Templating: Decodable {
            let list: [Variable]
        }

        let panels: [Panel]
        let templating: Templating
    }

    private func dashboard() throws -> Dashboard {
        let path = packageRoot + "/Documentation/Grafana/mapreduce.json"
        return try JSONDecoder().decode(Dashboard.self, from: Data(readFile(path)))
    }

    @Test func everyMetricAndLabelExists() async throws {
        let observed = try await ObservedCluster.shared.value
        let families = observed.workers.reduce(observed.coordinator) {
            $0.merging($1) { a, _ in a }
        }
        var labels: [String: Set<String>] = [:]
        for family in families.values {
            for sample in family.samples {
                // Prometheus adds them when it scrapes.
                labels[sample.name, default: ["instance", "job"]].formUnion(sample.labels.keys)
            }
        }
        let dashboard = try dashboard()
        let questions =
            dashboard.panels.flatMap { $0.targets ?? [] }.map(\.expr)
            + dashboard.templating.list.compactMap(\.definition)
        #expect(questions.count > 40)
        for question in questions {
            let names = question.matches(of: /\b(?:mapreduce|process)_\w+/).map { String($0.0) }
            #expect(!names.isEmpty, "\(question)")
            for name in names { #expect(labels[name] != nil, "\(name) of \(question)") }
            let known = Set(names.flatMap { labels[$0] ?? [] })
            for label in Self.labels(in: question) {
                #expect(known.contains(label), "\(label) of \(question)")
            }
        }
    }

    /// The labels that a query selects or groups by.
    private static func labels(in query: String) -> [String] {
        let selected = query.matches(of: /\b(\w+)\s*(?:=~|!~|!=|=)\s*"/).map { String($0.1) }
        let grouped = query.matches(of: /\b(?:by|on|without|ignoring)\s*\(([^)]*)\)/).flatMap {
            $0.1.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        return selected + grouped
    }

    @Test func everyPanelSaysWhatItShows() throws {
        let panels = try dashboard().panels.filter { $0.type != "row" }
        #expect(panels.count > 30)
        for panel in panels {
            #expect(panel.description?.isEmpty == false, "\(panel.title)")
            #expect(!(panel.targets ?? []).isEmpty, "\(panel.title)")
        }
    }

    /// What the coordinator and the workers tell is looked at, but for what is listed here.
    @Test func whatIsMeasuredIsShown() async throws {
        let observed = try await ObservedCluster.shared.value
        let text = try dashboard().panels.flatMap { $0.targets ?? [] }.map(\.expr).joined()
        for families in [observed.coordinator] + observed.workers {
            for name in families.keys { #expect(text.contains(name), "\(name)") }
        }
    }
}
