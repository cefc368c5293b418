import Foundation
import TestSupport
import Testing

@testable import MapReduceTool

@Suite struct PackageTemplateTests {
    private func template(_ name: String) throws -> PackageTemplate {
        try PackageTemplate(name: name, source: .path("/opt/mapreduce"))
    }

    @Test func namesMustBeThoseOfModules() throws {
        for name in ["demo", "Demo", "a", "word_count2", String(repeating: "x", count: 64)] {
            #expect(try template(name).name == name)
        }
        let wrong = [
            "", "1st", "_x", "word-count", "a b", "a/b", "../a", "é", "a\"", "class", "Swift",
            "mapreduce", "MapReduceTesting", "wordcount", String(repeating: "x", count: 65),
        ]
        for name in wrong {
            #expect(throws: TemplateError.self, "\(name)") { try template(name) }
        }
    }

    @Test func typesHaveACapital() throws {
        #expect(try template("demo").typeName == "DemoJob")
        #expect(try template("Job").typeName == "JobJob")
    }

    @Test func theEngineIsAPathOrAnAddress() throws {
        let path = try template("demo")
        let manifest = try #require(path.files.first { $0.path == "Package.swift" }).text
        #expect(manifest.contains(".package(path: \"/opt/mapreduce\", traits: [])"))
        #expect(manifest.contains("package: \"mapreduce\""))
        for (url, name) in [
            ("https://example.com/tools/engine.git", "engine"),
            ("git@example.com:engine", "engine"), ("ssh://git@example.com/a/engine/", "engine"),
        ] {
            #expect(EngineSource.isURL(url))
            #expect(EngineSource.url(url).packageName == name)
            let other = try PackageTemplate(name: "demo", source: .url(url))
            let manifest = other.files[1].text
            #expect(
                manifest.contains(".package(url: \"\(url)\", branch: \"main\", traits: [])")
            )
        }
        #expect(!EngineSource.isURL("../mapreduce"))
    }

    @Test func pathsAreWrittenAsLiterals() throws {
        let odd = try PackageTemplate(name: "demo", source: .path("/a \"b\\\n"))
        #expect(odd.files[1].text.contains(".package(path: \"/a \\\"b\\\\\\u{a}\", traits: [])"))
    }
}

@Suite struct NewPackageTests {
    @Test func allFilesAreWritten() throws {
        let directory = try TemporaryDirectory()
        let template = try PackageTemplate(name: "demo", source: .path(packageRoot))
        try NewPackage.write(template, to: directory("new/"))
        #expect(try directory.names() == ["new"])
        for (path, text) in template.files {
            #expect(try readText(directory("new/\(path)")) == text)
        }
        #expect(
            try directory.names(in: "new")
                == [".gitignore", "Package.swift", "README.md", "Sources", "Tests", "sample-data"]
        )
    }

    @Test func whatExistsIsLeftAlone() throws {
        let directory = try TemporaryDirectory()
        try directory.write("file", "text")
        let template = try PackageTemplate(name: "demo", source: .path(packageRoot))
        #expect(throws: TemplateError.self) {
            try NewPackage.write(template, to: directory("file"))
        }
        #expect(throws: TemplateError.self) { try NewPackage.write(template, to: directory.path) }
        #expect(throws: TemplateError.self) {
            try NewPackage.write(template, to: directory("missing/demo"))
        }
        #expect(try directory.names() == ["file"])
    }

    @Test func nothingHalfWrittenStays() throws {
        let directory = try TemporaryDirectory()
        // What a killed run left is in nobody's way.
        try FileManager.default.createDirectory(
            atPath: directory(".demo.partial/Sources"),
            withIntermediateDirectories: true
        )
        let template = try PackageTemplate(name: "demo", source: .path(packageRoot))
        try NewPackage.write(template, to: directory("demo"))
        #expect(try directory.names() == ["demo"])
    }

    @Test func theEngineIsFoundAboveTheProgram() throws {
        let program = packageRoot + "/.build/release/mapreduce"
        #expect(try NewPackage.engine(above: program) == packageRoot)
        let directory = try TemporaryDirectory()
        try directory.write("Package.swift", "let package = Package(name: \"other\")")
        #expect(try NewPackage.engine(above: directory("bin/mapreduce")) == nil)
        #expect(throws: TemplateError.self) { try NewPackage.source(directory("missing")) }
        #expect(try NewPackage.source(directory.path + "/./") == .path(directory.path))
    }
}
