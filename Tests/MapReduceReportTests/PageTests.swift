import Testing

@testable import MapReduceReport

@Suite struct PageTests {
    @Test func partsTakeThePlacesOfTheirNames() {
        let page = Page.filled("<a>{{one}}</a> {{two}}{{none}}!", with: ["one": "1", "two": "2"])
        #expect(page == "<a>1</a> 2!")
    }

    @Test func aPartIsNotLookedAt() {
        #expect(Page.filled("{{one}}", with: ["one": "{{two}} }}", "two": "2"]) == "{{two}} }}")
    }

    @Test func nothingInAReportEndsItsScript() {
        let page = Page.report(#"{"name":"</script><b>","text":"a\#u{2028}b\#u{2029}c – ä"}"#)
        #expect(page.contains(#"{"name":"\u003c/script>\u003cb>","#))
        #expect(page.contains(#""text":"a\u2028b\u2029c – ä"}"#))
        #expect(!page.unicodeScalars.contains("\u{2028}"))
    }

    @Test func theFileThatIsFollowedIsNamed() {
        #expect(Page.following("d\"<.js").contains(#"{"script":"d\"\u003c.js"}"#))
        #expect(Page.answer(#"{"a":"<"}"#) == "window.mapreduceReport({\"a\":\"\\u003c\"});\n")
    }

    /// The document is whole: every name in braces is filled, scripts end where they should, and
    /// nothing is asked of another host.
    @Test(arguments: 0..<3)
    func aPageNeedsNothingBesideIt(place: Int) {
        let page = [Page.live, Page.report("{}"), Page.following("a.js")][place]
        #expect(page.hasPrefix("<!doctype html>"))
        #expect(!page.contains("{{"))
        #expect(page.split(separator: "</script").count == 3)
        #expect(page.split(separator: "</style").count == 2)
        for word in [" src=\"", "@import", "url(", "innerHTML", " onclick=", "eval("] {
            #expect(!page.contains(word), "\(word)")
        }
        // Browsers ask for an icon where none is named.
        #expect(page.split(separator: "<link").count == 2)
        #expect(page.contains(#"<link rel="icon" href="data:,">"#))
        let hosts = page.split(separator: "http").dropFirst().filter {
            $0.hasPrefix("s://") || $0.hasPrefix("://")
        }
        #expect(hosts.allSatisfy { $0.hasPrefix("://www.w3.org/2000/svg") })
    }

    /// The page names a heavy key from the same share on as a summary on a terminal.
    @Test(arguments: 0..<3)
    func theThresholdOfSkewIsSent(place: Int) {
        let page = [Page.live, Page.report("{}"), Page.following("a.js")][place]
        #expect(page.contains(#" data-skew-percent="\#(ReportLimits.skewPercent)""#))
        #expect(page.contains("dataset.skewPercent"))
    }

    @Test func eachPlaceAllowsWhatItNeeds() {
        #expect(Page.live.contains("connect-src 'self'"))
        #expect(!Page.report("{}").contains("connect-src"))
        #expect(!Page.report("{}").contains("file:"))
        #expect(Page.following("a.js").contains("script-src 'unsafe-inline' file:"))
    }
}
