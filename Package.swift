// swift-tools-version: 6.2

import PackageDescription

/// Settings of every Swift target: each import says who may see it.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
]

/// An executable job: one file in a folder of its own under `Jobs/`.
func job(_ name: String, path: String? = nil) -> Target {
    .executableTarget(
        name: name,
        dependencies: [
            "MapReduce", .product(name: "ArgumentParser", package: "swift-argument-parser"),
        ],
        path: path ?? "Jobs/\(name)",
        swiftSettings: settings
    )
}

/// Settings of tests and what they share, which may import what they like.
let testSettings: [SwiftSetting] = [.swiftLanguageMode(.v6)]

/// A test target under `Tests/`; golden files are read where they lie.
func tests(_ name: String, _ dependencies: [String]) -> Target {
    .testTarget(
        name: name,
        dependencies: dependencies.map { .byName(name: $0) } + ["TestSupport"],
        exclude: goldenFiles[name] ?? [],
        swiftSettings: testSettings
    )
}

/// Folders of files that tests compare with.
let goldenFiles = [
    "MapReduceModelTests": ["Golden"], "MapReduceEngineTests": ["Golden"],
    "MapReduceControlTests": ["Transcripts"], "JobsTests": ["Expected", "expected.py"],
]

let package = Package(
    name: "mapreduce",
    products: [
        .library(name: "MapReduce", targets: ["MapReduce"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
    ],
    targets: [
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["libz-dev"])]),
        .target(name: "CIntrinsics"),
        .target(name: "CSpawn"),
        .target(name: "MapReduceModel", swiftSettings: settings),
        .target(
            name: "MapReduceControl",
            dependencies: ["MapReduceModel"],
            swiftSettings: settings
        ),
        .target(
            name: "MapReduceEngine",
            dependencies: ["MapReduceModel", "CZlib"],
            swiftSettings: settings
        ),
        .target(
            name: "MapReduceProcess",
            dependencies: ["MapReduceModel", "CSpawn"],
            swiftSettings: settings
        ),
        .target(
            name: "MapReduceDriver",
            dependencies: [
                "MapReduceModel", "MapReduceControl", "MapReduceEngine", "MapReduceProcess",
            ],
            swiftSettings: settings
        ),
        .target(
            name: "MapReduce",
            dependencies: [
                "MapReduceModel", "MapReduceControl", "MapReduceEngine", "MapReduceProcess",
                "MapReduceDriver", "CIntrinsics",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings
        ),
        job("wordcount"),
        job("grep"),
        job("invertedindex"),
        job("topwords"),
        job("accesslog"),
        .target(
            name: "TestSupport",
            path: "Tests/TestSupport",
            swiftSettings: testSettings
        ),
        job("faultyjob", path: "Tests/Fixtures/FaultyJob"),
        tests("MapReduceModelTests", ["MapReduceModel"]),
        tests("MapReduceControlTests", ["MapReduceControl", "MapReduceModel"]),
        tests("MapReduceEngineTests", ["MapReduceEngine", "MapReduceModel"]),
        tests("MapReduceProcessTests", ["MapReduceProcess", "MapReduceModel"]),
        tests(
            "MapReduceDriverTests",
            ["MapReduceDriver", "MapReduceControl", "MapReduceModel", "MapReduceProcess"]
        ),
        tests("MapReduceTests", ["MapReduce", "MapReduceModel", "MapReduceProcess"]),
        tests(
            "JobsTests",
            [
                "MapReduce", "wordcount", "grep", "invertedindex", "topwords", "accesslog",
                "faultyjob",
            ]
        ),
        tests("TidyTests", []),
    ]
)
