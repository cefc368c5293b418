import MapReduceModel
import Testing

@Suite struct PartNameTests {
    @Test func namesTellWhatIsInThem() {
        for output in [nil, "errors", "a-b_C9"] {
            for index in [0, 7, 99_999, 100_000] {
                for style in OutputStyle.all {
                    let name = PartName(output: output, index: index, style: style)
                    #expect(PartName("\(name)") == name)
                }
            }
        }
        #expect("\(PartName(index: 3, style: OutputStyle()))" == "part-00003.tsv")
        let name = PartName(output: "errors", index: 123_456, style: OutputStyle(.json, .gzip))
        #expect("\(name)" == "errors/part-123456.jsonl.gz")
    }

    @Test(arguments: [
        "", "part-", "part-00000", "part-00000.", "part-0000.tsv", "part-000000.tsv",
        "part-0000a.tsv", "part-00000.tsv.gz.gz", "part-00000.txt.bz2", "part-00000.run.gz",
        "Part-00000.tsv", "part--0001.tsv", "part-+0001.tsv", "part-00000.TSV", "/part-00000.tsv",
        "a/b/part-00000.tsv", "../part-00000.tsv", "_bad/part-00000.tsv", "a/part-00000.tsv/",
        "part-99999999999999999999.tsv", "part-٠٠٠٠٠.tsv",
    ])
    func otherNamesAreNoParts(_ name: String) { #expect(PartName(name) == nil) }

    @Test func namesOfOutputsAreChecked() {
        for name in ["a", "errors", "Errors-2_x", "9", String(repeating: "a", count: 100)] {
            #expect(PartName.isOutputName(name), "\(name)")
        }
        for name in [
            "", "-a", "_a", "part-", "part-00000.tsv", "a.b", "a/b", "é", "a b", "a\n", "..",
            String(repeating: "a", count: 101),
        ] { #expect(!PartName.isOutputName(name), "\(name)") }
    }
}
