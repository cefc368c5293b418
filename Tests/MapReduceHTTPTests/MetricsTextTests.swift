import ClusterTestSupport
import TestSupport
import Testing

@testable import MapReduceHTTP

/// What is written is what a strict reader reads.
@Suite struct MetricsTextTests {
    @Test func labelsAndHelpAreEscaped() throws {
        let values = ["plain", "a \"quoted\" word", "back\\slash", "two\nlines", "\\n", ""]
        var text = MetricsText()
        text.add(
            .gauge,
            "odd",
            "A back\\slash and\ntwo lines.",
            by: "label",
            values.enumerated().map { ($1, $0) }
        )
        let families = try Exposition.parse(text.text)
        for (index, value) in values.enumerated() {
            #expect(families["odd"]?.value(["label": value]) == Double(index), "\(value)")
        }
        #expect(families["odd"]?.help == "A back\\\\slash and\\ntwo lines.")
    }

    @Test func bucketsAreSums() throws {
        var histogram = Histogram.calls
        for milliseconds in [0, 1, 3, 3, 700, 60_000] { histogram.add(.milliseconds(milliseconds)) }
        histogram.add(.seconds(-1))
        var text = MetricsText()
        text.add("calls_seconds", "Calls.", by: "route", [("/a", histogram), ("/b", .calls)])
        let family = try #require(try Exposition.parse(text.text)["calls_seconds"])
        for (bound, count) in [("0.0005", 2), ("0.001", 3), ("0.005", 5), ("10.0", 6), ("+Inf", 7)]
        {
            #expect(
                family.value(["route": "/a", "le": bound], "_bucket") == Double(count),
                "\(bound)"
            )
        }
        #expect(family.value(["route": "/a"], "_count") == 7)
        #expect(family.value(["route": "/b"], "_count") == 0)
        let sum = try #require(family.value(["route": "/a"], "_sum"))
        #expect(abs(sum - 60.707) < 1e-9)
    }

    /// The reader of the tests finds what is wrong.
    @Test func whatIsWrongIsRefused() {
        let head = "# HELP a_total A.\n# TYPE a_total counter\n"
        for text in [
            "", "a_total 1\n", head + "a_total 1", head + "a_total one\n", head + "b_total 1\n",
            head + "a_total{x=\"1\",x=\"2\"} 1\n", head + "a_total{x=\"\\t\"} 1\n",
            head + "a_total 1\na_total 2\n", head + head + "a_total 1\n", head + "a_total -1\n",
            "# HELP a A.\n# TYPE a counter\na 1\n", "# HELP a A.\n# TYPE b gauge\nb 1\n",
            "# TYPE a gauge\na 1\n", head + "a_total 1 2\n", head + "a_total  1\n",
            head + "a_total{x=\"1\"}1\n", head + "\n",
        ] {
            #expect(throws: Exposition.FormatError.self, "\(text)") { try Exposition.parse(text) }
        }
    }
}
