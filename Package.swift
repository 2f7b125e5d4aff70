// swift-tools-version: 6.3
import PackageDescription

let ours: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// Modules that may touch a pointer: they wrap one C library each.
func wrapper(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Sources/Shared/\(name)", swiftSettings: ours)
}

/// Every other module: a pointer there is a compile error.
func module(
  _ name: String, _ dependencies: [Target.Dependency] = [], path: String? = nil,
  resources: [Resource] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, path: path ?? "Sources/Shared/\(name)",
    resources: resources, swiftSettings: ours + [.strictMemorySafety()])
}

func tests(
  _ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, resources: resources, swiftSettings: ours)
}

/// A noun's statements, in both dialects.
func noun(_ path: String) -> [Resource] {
  [.embedInCode("\(path).sqlite.sql"), .embedInCode("\(path).postgres.sql")]
}

func systemLibrary(_ name: String, pkgConfig: String, debian: String) -> Target {
  .systemLibrary(
    name: name, path: "Sources/Shared/CLibraries/\(name)", pkgConfig: pkgConfig,
    providers: [.apt([debian])])
}

let package = Package(
  name: "postrider",
  products: [.executable(name: "postrider", targets: ["postrider"])],
  targets: [
    systemLibrary("CRdKafka", pkgConfig: "rdkafka", debian: "librdkafka-dev"),
    systemLibrary("CCurl", pkgConfig: "libcurl", debian: "libcurl4-openssl-dev"),
    systemLibrary("CSQLite", pkgConfig: "sqlite3", debian: "libsqlite3-dev"),
    systemLibrary("CPostgres", pkgConfig: "libpq", debian: "libpq-dev"),
    systemLibrary("CCrypto", pkgConfig: "libcrypto", debian: "libssl-dev"),
    systemLibrary("CTLS", pkgConfig: "libssl", debian: "libssl-dev"),
    systemLibrary("CLZ4", pkgConfig: "liblz4", debian: "liblz4-dev"),
    .systemLibrary(name: "CSystem", path: "Sources/Shared/CLibraries/CSystem"),
    .target(
      name: "CPhoneNumber", path: "Sources/Shared/CLibraries/CPhoneNumber",
      cxxSettings: [.unsafeFlags(["-std=c++17"])],
      linkerSettings: [.linkedLibrary("phonenumber")]),
    .target(
      name: "CSimdJSON", path: "Sources/Shared/CLibraries/CSimdJSON",
      cxxSettings: [.unsafeFlags(["-std=c++17"])],
      linkerSettings: [.linkedLibrary("simdjson")]),

    module("Time"),
    module("Forms"),
    wrapper("Platform", ["CSystem", "Time"]),
    wrapper("Crypto", ["CCrypto"]),
    wrapper("JSON", ["CSimdJSON"]),
    wrapper("PhoneLibrary", ["CPhoneNumber"]),
    wrapper("SQLite", ["CSQLite"]),
    wrapper("Compression", ["CLZ4"]),
    wrapper("Postgres", ["CPostgres"]),
    wrapper("HTTP", ["CTLS", "CCurl", "CSystem", "Forms", "JSON", "Platform", "Time"]),
    wrapper("Kafka", ["CRdKafka", "Platform", "Time"]),

    module("Domain", ["Time", "PhoneLibrary", "Crypto", "JSON"]),
    module(
      "EventLog", ["Domain", "Time", "Platform", "Compression", "SQLite", "Kafka"],
      resources: [.embedInCode("EmbeddedLog/Schema.sql")]),
    module(
      "Store", ["Domain", "Time", "Platform", "SQLite", "Postgres"],
      resources: noun("clocks") + noun("workers")),
    module(
      "SendStore", ["Domain", "Time", "Platform", "Crypto", "JSON", "Store"],
      resources: [
        .embedInCode("Migrations/sqlite_001.sql"), .embedInCode("Migrations/postgres_001.sql"),
        .embedInCode("Migrations/sqlite_002.sql"), .embedInCode("Migrations/postgres_002.sql"),
        .embedInCode("Migrations/sqlite_003.sql"), .embedInCode("Migrations/postgres_003.sql"),
        .embedInCode("Migrations/sqlite_004.sql"), .embedInCode("Migrations/postgres_004.sql"),
        .embedInCode("Migrations/sqlite_005.sql"), .embedInCode("Migrations/postgres_005.sql"),
        .embedInCode("Migrations/sqlite_006.sql"), .embedInCode("Migrations/postgres_006.sql"),
        .embedInCode("Migrations/sqlite_007.sql"), .embedInCode("Migrations/postgres_007.sql"),
      ] + noun("Sends/arrivals") + noun("Sends/sends") + noun("Sends/intents")
        + noun("Sends/doubts") + noun("Sends/searches") + noun("Lanes/lanes") + noun("Lanes/flows")
        + noun("Lanes/leases") + noun("Callbacks/callbacks") + noun("Callbacks/parked")
        + noun("Callbacks/marks") + noun("Callbacks/silence") + noun("People/people")
        + noun("Telling/outbox") + noun("Telling/deliveries") + noun("Reading/partitions")
        + noun("Upkeep/upkeep")),
    module(
      "Service",
      [
        "Domain", "Time", "Platform", "Providers", "JSON", "Crypto", "HTTP", "EventLog", "Kafka",
        "SendStore", "Store",
      ]),
    module(
      "Ingest",
      [
        "Service", "HTTP", "Providers", "Domain", "EventLog", "JSON", "Crypto", "Platform",
        "SendStore", "Store", "Time",
      ],
      path: "Sources/Ingest"),
    module(
      "DispatchWorker",
      [
        "Service", "Domain", "EventLog", "HTTP", "JSON", "Platform", "Providers", "SendStore",
        "Store",
        "Time",
      ],
      path: "Sources/DispatchWorker"),
    module(
      "StatusWorker",
      [
        "Service", "Crypto", "Domain", "EventLog", "HTTP", "JSON", "Platform", "Providers",
        "SendStore", "Store", "Time",
      ],
      path: "Sources/StatusWorker"),
    .executableTarget(
      name: "postrider",
      dependencies: [
        "Ingest", "DispatchWorker", "StatusWorker", "Simulator", "Service", "Domain", "EventLog",
        "SendStore", "Store", "Platform", "Time", "HTTP", "JSON",
      ], path: "Sources/postrider", swiftSettings: ours + [.strictMemorySafety()]),

    module(
      "Simulator", ["HTTP", "Forms", "JSON", "Crypto", "Time", "Platform"],
      path: "Sources/Simulator"),

    module(
      "Providers", ["Domain", "Forms", "Time", "JSON", "Crypto"],
      resources: [.embedInCode("ErrorTable/errors.json")]),

    tests("TimeTests", ["Time"]),
    tests("FormsTests", ["Forms"]),
    tests("PlatformTests", ["Platform", "Time"]),
    tests("CryptoTests", ["Crypto"]),
    tests("JSONTests", ["JSON"]),
    tests("CompressionTests", ["Compression"]),
    tests(
      "DomainTests", ["Domain", "Time", "JSON"], resources: [.embedInCode("Fixtures/e164.json")]),
    tests(
      "ProvidersTests", ["Providers", "Domain", "Forms", "Time", "JSON", "Crypto"],
      resources: [.embedInCode("Fixtures")]),
    .target(
      name: "FuzzTargets", dependencies: ["Providers", "Domain", "HTTP", "Time", "JSON"],
      path: "Tests/Fuzz", exclude: ["Seeds"], swiftSettings: ours),
    tests("SQLiteTests", ["SQLite"]),
    tests(
      "EventLogTests",
      [
        "EventLog", "Kafka", "SQLite", "Compression", "Domain", "Platform", "Time", "TestSupport",
        "CRdKafka",
      ]),
    tests(
      "SendStoreTests",
      ["SendStore", "Store", "Domain", "Platform", "Time", "SQLite", "Postgres", "TestSupport"]),
    tests(
      "ServiceTests",
      [
        "Service", "Domain", "Time", "JSON", "Kafka", "Platform", "SQLite", "EventLog", "SendStore",
        "Store",
        "TestSupport",
      ]),
    tests(
      "WorkerTests",
      [
        "DispatchWorker", "StatusWorker", "Simulator", "Providers", "Service", "HTTP", "Crypto",
        "Domain", "Time", "JSON", "Kafka", "Platform", "EventLog", "SendStore", "Store",
        "TestSupport",
      ]),
    tests(
      "DispatchWorkerTests",
      [
        "DispatchWorker", "Simulator", "Providers", "Service", "HTTP", "Domain", "Time", "JSON",
        "Platform", "EventLog", "SQLite", "SendStore", "Store", "TestSupport",
      ]),
    tests(
      "StatusWorkerTests",
      [
        "StatusWorker", "DispatchWorker", "Simulator", "Providers", "Service", "HTTP", "Crypto",
        "Domain",
        "Time", "JSON", "Kafka", "Platform", "EventLog", "SendStore", "Store", "TestSupport",
        "postrider",
      ]),
    tests(
      "IngestTests",
      [
        "Ingest", "Service", "HTTP", "Forms", "Providers", "Domain", "EventLog", "JSON", "Crypto",
        "SendStore",
        "Platform", "Time", "TestSupport",
      ]),
    tests(
      "CommandTests",
      [
        "postrider", "HTTP", "Domain", "EventLog", "JSON", "SendStore", "Service", "Platform",
        "Time",
        "TestSupport",
      ]),
    .executableTarget(
      name: "benchmarks",
      dependencies: [
        "SendStore", "EventLog", "HTTP", "Domain", "Time", "Platform", "SQLite", "Postgres",
        "JSON", "Kafka", "CRdKafka", "CSystem", "Simulator", "TestSupport", "Ingest", "Service",
        "Crypto", "Forms", "Providers", "StatusWorker",
      ],
      path: "Tests/Benchmarks", exclude: ["fastapi"], swiftSettings: ours),
    .target(
      name: "TestSupport",
      dependencies: [
        "SendStore", "Store", "EventLog", "Domain", "Time", "Platform", "CRdKafka", "CThreads",
      ],
      path: "Tests/TestSupport", swiftSettings: ours),
    .target(name: "CThreads", path: "Tests/CThreads"),
    .target(name: "CSpawn", path: "Tests/CSpawn"),
    tests("HTTPTests", ["CSpawn", "HTTP", "JSON", "Platform", "Time", "TestSupport"]),
    tests(
      "SimulatorTests", ["Simulator", "HTTP", "JSON", "Crypto", "Platform", "Time", "TestSupport"]),
  ],
  cxxLanguageStandard: .cxx17
)
