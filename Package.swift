// swift-tools-version: 6.2

import PackageDescription

/// Settings of every Swift target: each import declares its access level, and borrowed values
/// declare their lifetimes.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableExperimentalFeature("Lifetimes"),
]

/// An executable job: the files in a folder of its own under `Jobs/`.
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

/// Settings of tests and their shared code, which may use any import.
let testSettings: [SwiftSetting] = [.swiftLanguageMode(.v6)]

/// A test target under `Tests/`; golden files are read from their places in the source tree.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(
        name: name,
        dependencies: dependencies + ["TestSupport"],
        exclude: goldenFiles[name] ?? [],
        swiftSettings: testSettings
    )
}

/// Files and folders that tests compare with, or that are not built with the tests.
let goldenFiles = [
    "MapReduceModelTests": ["Golden"], "MapReduceEngineTests": ["Golden"],
    "MapReduceControlTests": ["Transcripts", "Golden"],
    "JobsTests": ["Expected", "expected.py", "readback.py"],
    "FuzzTests": ["Harness"],
]

/// If the variable is set (to anything), the cluster and all its dependencies are left out: the
/// rest builds in a minute, with or without a sanitizer.
let hasCluster = Context.environment["MAPREDUCE_WITHOUT_CLUSTER"] == nil && !isForFuzzer

/// If the variable is set (to anything), the package has a libFuzzer program of the fuzz tests'
/// targets, in place of all tests and without the cluster; `.ci/fuzz` sets it.
let isForFuzzer = Context.environment["MAPREDUCE_FUZZ"] != nil

/// If the variable is set (to anything), compiler warnings are errors; `.ci/run` sets it.
let warningsAreErrors = Context.environment["MAPREDUCE_WARNINGS_AS_ERRORS"] != nil

/// Dependencies of the fuzz tests and of the program for libFuzzer.
let fuzzDependencies: [Target.Dependency] = [
    "CZlib", .target(name: "CZstd", condition: .when(traits: ["Zstd"])),
    .target(name: "CBzip2", condition: .when(traits: ["Bzip2"])),
    .target(name: "CLzma", condition: .when(traits: ["Xz"])),
    "MapReduce", "MapReduceModel", "MapReduceControl", "MapReduceEngine", "MapReduceProcess",
    "MapReduceReport", "MapReduceDriver",
]

/// Makes a package dependency of a cluster target conditional on the trait: all packages that a job
/// does not need have this condition, so that a package of jobs, which leaves out the trait, does
/// not fetch them.
func withClusterOnly(_ dependency: Target.Dependency) -> Target.Dependency {
    guard case .productItem(let name, let package?, let aliases, _) = dependency,
        package != "swift-argument-parser"
    else { return dependency }
    return .product(
        name: name,
        package: package,
        moduleAliases: aliases,
        condition: .when(traits: ["Cluster"])
    )
}

let package = Package(
    name: "mapreduce",
    products: [
        .library(name: "MapReduce", targets: ["MapReduce"]),
        .library(name: "MapReduceTesting", targets: ["MapReduceTesting"]),
    ],
    traits: [
        .default(enabledTraits: ["Cluster"]),
        .trait(name: "Cluster", description: "Fetches what the command mapreduce is built with."),
        .trait(name: "Bzip2", description: "Reads files that bzip2 compressed; needs libbz2."),
        .trait(name: "Xz", description: "Reads files that xz compressed; needs liblzma."),
        .trait(name: "Zstd", description: "Reads files that zstd compressed; needs libzstd."),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
    ],
    targets: [
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["libz-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CBzip2", providers: [.apt(["libbz2-dev"])]),
        .systemLibrary(name: "CLzma", pkgConfig: "liblzma", providers: [.apt(["liblzma-dev"])]),
        .target(name: "CIntrinsics"),
        // The compiler embeds its texts into the program; they are not copied anywhere.
        .target(name: "CPage", exclude: ["page"]),
        .target(name: "CJobMarker"),
        .target(name: "CSignals"),
        .target(name: "CSpawn"),
        .target(name: "MapReduceModel", swiftSettings: settings),
        .target(
            name: "MapReduceControl",
            dependencies: ["MapReduceModel"],
            swiftSettings: settings
        ),
        .target(
            name: "MapReduceEngine",
            dependencies: [
                "MapReduceModel", "CIntrinsics", "CZlib",
                .target(name: "CZstd", condition: .when(traits: ["Zstd"])),
                .target(name: "CBzip2", condition: .when(traits: ["Bzip2"])),
                .target(name: "CLzma", condition: .when(traits: ["Xz"])),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "MapReduceProcess",
            dependencies: ["MapReduceModel", "CSignals", "CSpawn"],
            swiftSettings: settings
        ),
        .target(
            name: "MapReduceReport",
            dependencies: ["MapReduceModel", "MapReduceControl", "CPage"],
            swiftSettings: settings
        ),
        .target(
            name: "MapReduceDriver",
            dependencies: [
                "MapReduceModel", "MapReduceControl", "MapReduceEngine", "MapReduceProcess",
                "MapReduceReport",
            ],
            swiftSettings: settings
        ),
        .target(
            name: "MapReduce",
            dependencies: [
                "MapReduceModel", "MapReduceControl", "MapReduceEngine", "MapReduceProcess",
                "MapReduceReport", "MapReduceDriver", "CIntrinsics", "CJobMarker",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "MapReduceTesting",
            dependencies: ["MapReduce"],
            swiftSettings: settings
        ),
        job("wordcount"),
        job("grep"),
        job("invertedindex"),
        job("topwords"),
        job("accesslog"),
        job("join"),
        job("jsonagg"),
        job("kmeans"),
        job("ngrams"),
        job("pagerank"),
        job("sessions"),
        job("sortrecords"),
        job("tfidf"),
        .target(name: "CTracer", path: "Tests/CTracer"),
        .target(
            name: "TestSupport",
            dependencies: ["CSpawn", "CTracer"],
            path: "Tests/TestSupport",
            swiftSettings: testSettings
        ),
        .target(
            name: "Simulation",
            dependencies: ["MapReduceModel", "MapReduceControl"],
            path: "Tests/Simulation",
            swiftSettings: settings
        ),
        // The control plane and its simulation again, in one module, with deliberate bugs that the
        // build plants in them.
        .executableTarget(
            name: "plantmutants",
            path: "Tests/Mutants/Tool",
            swiftSettings: testSettings
        ),
        .plugin(
            name: "PlantMutants",
            capability: .buildTool(),
            dependencies: ["plantmutants"],
            path: "Tests/Mutants/Plugin"
        ),
        .target(
            name: "MutatedSimulation",
            dependencies: ["MapReduceModel"],
            path: "Tests/MutatedSimulation",
            swiftSettings: settings,
            plugins: ["PlantMutants"]
        ),
        .executableTarget(
            name: "simulate",
            dependencies: [
                "Simulation", "MutatedSimulation",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/Simulate",
            swiftSettings: testSettings
        ),
        job("faultyjob", path: "Tests/Fixtures/FaultyJob"),
        job("verbsjob", path: "Tests/Fixtures/VerbsJob"),
        job("formatjob", path: "Tests/Fixtures/FormatJob"),
        job("recordsjob", path: "Tests/Fixtures/RecordsJob"),
        job("sortjob", path: "Tests/Fixtures/SortJob"),
        job("sidefilejob", path: "Tests/Fixtures/SideFileJob"),
        job("boundjob", path: "Tests/Fixtures/BoundJob"),
        job("shufflejob", path: "Benchmarks/ShuffleJob"),
        .executableTarget(
            name: "controlbench",
            dependencies: ["MapReduceModel", "MapReduceControl"],
            path: "Benchmarks/ControlPlane",
            swiftSettings: settings
        ),
        tests("MapReduceModelTests", ["MapReduceModel"]),
        tests("MapReduceControlTests", ["MapReduceControl", "MapReduceModel"]),
        tests("MapReduceEngineTests", ["MapReduceEngine", "MapReduceModel"]),
        tests("MapReduceProcessTests", ["MapReduceProcess", "MapReduceModel"]),
        tests("MapReduceReportTests", ["MapReduceReport", "MapReduceControl", "MapReduceModel"]),
        tests(
            "MapReduceDriverTests",
            [
                "MapReduceDriver", "MapReduceReport", "MapReduceControl", "MapReduceModel",
                "MapReduceProcess",
            ]
        ),
        tests(
            "MapReduceTests",
            [
                "MapReduce", "MapReduceModel", "MapReduceEngine", "MapReduceProcess",
                "MapReduceDriver",
            ]
        ),
        tests("MapReduceTestingTests", ["MapReduceTesting", "MapReduce", "verbsjob"]),
        tests(
            "JobsTests",
            [
                "MapReduce", "wordcount", "grep", "invertedindex", "topwords", "accesslog",
                "join", "jsonagg", "kmeans", "ngrams", "pagerank", "sessions", "sortrecords",
                "tfidf",
                "faultyjob", "verbsjob", "formatjob", "recordsjob", "sortjob", "sidefilejob",
                "boundjob",
            ]
        ),
        tests("SimulationTests", ["Simulation", "MutatedSimulation", "plantmutants"]),
        tests("TidyTests", []),
        tests("FuzzTests", fuzzDependencies),
    ],
    // The standard that has `#embed`.
    cLanguageStandard: .gnu2x
)

if hasCluster {
    package.products.append(.executable(name: "mapreduce", targets: ["MapReduceMain"]))
    package.products.append(.library(name: "MapReduceTool", targets: ["MapReduceTool"]))
    // Only for the cluster; no job is built with it.
    package.dependencies += [
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ]
    package.targets += [
        .target(
            name: "MapReduceHTTP",
            dependencies: [
                "MapReduceModel", "MapReduceControl", "MapReduceEngine", "MapReduceProcess",
                "MapReduceReport",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "MapReduceCoordinator",
            dependencies: [
                "MapReduceModel", "MapReduceControl", "MapReduceEngine", "MapReduceProcess",
                "MapReduceReport", "MapReduceDriver", "MapReduceHTTP",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "MapReduceWorker",
            dependencies: [
                "MapReduceModel", "MapReduceControl", "MapReduceEngine", "MapReduceProcess",
                "MapReduceDriver", "MapReduceHTTP",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "MapReduceTool",
            dependencies: [
                "MapReduceModel", "MapReduceControl", "MapReduceEngine", "MapReduceProcess",
                "MapReduceReport", "MapReduceDriver", "MapReduceHTTP", "MapReduceCoordinator",
                "MapReduceWorker",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "MapReduceMain",
            dependencies: ["MapReduceTool"],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "tracedtool",
            dependencies: [
                "MapReduceTool",
                .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            path: "Tests/Fixtures/TracedTool",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "completions",
            dependencies: [
                "MapReduceModel", "MapReduceHTTP",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Benchmarks/Completions",
            swiftSettings: settings
        ),
        .target(
            name: "ClusterTestSupport",
            dependencies: [
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                "MapReduceModel", "MapReduceControl", "MapReduceHTTP", "MapReduceCoordinator",
                "TestSupport",
            ],
            path: "Tests/ClusterTestSupport",
            swiftSettings: testSettings
        ),
        tests(
            "MapReduceHTTPTests",
            [
                .product(name: "Logging", package: "swift-log"),
                "MapReduceHTTP", "ClusterTestSupport",
            ]
        ),
        tests(
            "MapReduceCoordinatorTests",
            [
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
                "MapReduceModel", "MapReduceControl", "MapReduceEngine", "MapReduceHTTP",
                "MapReduceCoordinator", "ClusterTestSupport",
            ]
        ),
        tests(
            "MapReduceWorkerTests",
            [
                "MapReduceModel", "MapReduceHTTP", "MapReduceWorker", "MapReduceMain",
                "wordcount", "grep", "faultyjob",
            ]
        ),
        tests(
            "MapReduceToolTests",
            [
                "MapReduceModel", "MapReduceTool", "MapReduceMain", "ClusterTestSupport",
                "wordcount", "grep",
            ]
        ),
        // Real processes: a coordinator, workers, and the commands that users type.
        tests(
            "EndToEndTests",
            [
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                "MapReduceModel", "MapReduceHTTP", "MapReduceCoordinator", "MapReduceWorker",
                "MapReduceTool", "MapReduceMain", "tracedtool", "ClusterTestSupport",
                "wordcount", "grep", "invertedindex", "topwords", "accesslog", "join",
                "faultyjob", "sidefilejob", "sortjob", "verbsjob",
            ]
        ),
    ]
}

if isForFuzzer {
    package.targets.removeAll { $0.type == .test }
    package.targets.append(
        .executableTarget(
            name: "fuzz",
            dependencies: fuzzDependencies,
            path: "Tests/FuzzTests",
            exclude: ["FuzzTests.swift", "Mutation"],
            swiftSettings: testSettings
        )
    )
}

for target in package.targets {
    target.dependencies = target.dependencies.map(withClusterOnly)
    if warningsAreErrors, target.type != .system, target.type != .plugin {
        target.swiftSettings = (target.swiftSettings ?? []) + [.treatAllWarnings(as: .error)]
        target.cSettings = (target.cSettings ?? []) + [.treatAllWarnings(as: .error)]
    }
}
