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
func wrapper(
  _ name: String, _ dependencies: [Target.Dependency] = [], around library: String
) -> Target {
  .target(
    name: name, dependencies: [.byName(name: library)] + dependencies,
    path: "Sources/Shared/Libraries/\(name)", exclude: [library], swiftSettings: ours)
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
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [],
  resources: [Resource] = []
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, exclude: exclude, resources: resources,
    swiftSettings: ours)
}

/// A noun's statements, in both dialects.
func noun(_ path: String) -> [Resource] {
  [.embedInCode("\(path).sqlite.sql"), .embedInCode("\(path).postgres.sql")]
}

func systemLibrary(
  _ name: String, in wrapper: String? = nil, pkgConfig: String? = nil, debian: String? = nil
) -> Target {
  .systemLibrary(
    name: name, path: "Sources/Shared/Libraries/" + (wrapper.map { "\($0)/\(name)" } ?? name),
    pkgConfig: pkgConfig, providers: debian.map { [.apt([$0])] })
}

func library(_ name: String, in wrapper: String, linking linked: String) -> Target {
  .target(
    name: name, path: "Sources/Shared/Libraries/\(wrapper)/\(name)",
    cxxSettings: [.unsafeFlags(["-std=c++17"])], linkerSettings: [.linkedLibrary(linked)])
}

/// ThreadSanitizer does not see the threads that Debian's librdkafka starts by the C library's own calls, unless these
/// go by pthread's: tests bring that, and the program that they start needs it then.
let underThreadSanitizer: [Target.Dependency] =
  Context.environment["POSTRIDER_SANITIZER"] == "thread" ? ["CThreads"] : []

let package = Package(
  name: "postrider",
  products: [.executable(name: "postrider", targets: ["postrider"])],
  targets: [
    systemLibrary("CRdKafka", in: "Kafka", pkgConfig: "rdkafka", debian: "librdkafka-dev"),
    systemLibrary("CSQLite", in: "SQLite", pkgConfig: "sqlite3", debian: "libsqlite3-dev"),
    systemLibrary("CPostgres", in: "Postgres", pkgConfig: "libpq", debian: "libpq-dev"),
    systemLibrary("CCrypto", in: "Crypto", pkgConfig: "libcrypto", debian: "libssl-dev"),
    systemLibrary("CLZ4", in: "Compression", pkgConfig: "liblz4", debian: "liblz4-dev"),
    systemLibrary("CSystem", in: "Platform"),
    systemLibrary("CCurl", pkgConfig: "libcurl", debian: "libcurl4-openssl-dev"),
    systemLibrary("CTLS", pkgConfig: "libssl", debian: "libssl-dev"),
    library("CPhoneNumber", in: "PhoneLibrary", linking: "phonenumber"),
    library("CSimdJSON", in: "JSON", linking: "simdjson"),

    module("Time"),
    module("Forms"),
    wrapper("Platform", ["Time"], around: "CSystem"),
    wrapper("Crypto", around: "CCrypto"),
    wrapper("JSON", around: "CSimdJSON"),
    wrapper("PhoneLibrary", around: "CPhoneNumber"),
    wrapper("SQLite", around: "CSQLite"),
    wrapper("Compression", around: "CLZ4"),
    wrapper("Postgres", around: "CPostgres"),
    wrapper("Kafka", ["Forms", "Platform", "Time"], around: "CRdKafka"),

    .target(
      name: "HTTP",
      dependencies: [
        "CTLS", "CCurl", "CSystem", "Forms", "JSON", "Platform", "Telemetry", "Time",
      ],
      path: "Sources/Shared/HTTP", swiftSettings: ours),
    module("Domain", ["Time", "PhoneLibrary", "Crypto", "JSON"]),
    module("Telemetry", ["Domain", "JSON", "Platform", "Time"]),
    module("Events", ["Crypto", "Domain", "Forms", "JSON", "Time"]),
    module("Campaigns", ["Domain", "JSON", "Time"]),
    module("Places", ["Domain", "Platform"]),
    module(
      "EventLog",
      ["Events", "Domain", "Forms", "Time", "Platform", "Compression", "SQLite", "Kafka"],
      resources: [.embedInCode("EmbeddedLog/Schema.sql")]),
    module(
      "Store", ["Domain", "Telemetry", "Time", "Platform", "SQLite", "Postgres"],
      resources: noun("clocks") + noun("workers")),
    module(
      "SendStore", ["Store", "Telemetry", "Domain", "Time", "Platform", "Crypto", "JSON"],
      resources: [
        .embedInCode("Migrations/sqlite_001.sql"), .embedInCode("Migrations/postgres_001.sql"),
        .embedInCode("Migrations/sqlite_002.sql"), .embedInCode("Migrations/postgres_002.sql"),
        .embedInCode("Migrations/sqlite_003.sql"), .embedInCode("Migrations/postgres_003.sql"),
        .embedInCode("Migrations/sqlite_004.sql"), .embedInCode("Migrations/postgres_004.sql"),
        .embedInCode("Migrations/sqlite_005.sql"), .embedInCode("Migrations/postgres_005.sql"),
        .embedInCode("Migrations/sqlite_006.sql"), .embedInCode("Migrations/postgres_006.sql"),
        .embedInCode("Migrations/sqlite_007.sql"), .embedInCode("Migrations/postgres_007.sql"),
        .embedInCode("Migrations/sqlite_008.sql"), .embedInCode("Migrations/postgres_008.sql"),
        .embedInCode("Migrations/sqlite_009.sql"), .embedInCode("Migrations/postgres_009.sql"),
        .embedInCode("Migrations/sqlite_010.sql"), .embedInCode("Migrations/postgres_010.sql"),
        .embedInCode("Migrations/sqlite_011.sql"), .embedInCode("Migrations/postgres_011.sql"),
        .embedInCode("Migrations/sqlite_012.sql"), .embedInCode("Migrations/postgres_012.sql"),
        .embedInCode("Migrations/sqlite_013.sql"), .embedInCode("Migrations/postgres_013.sql"),
        .embedInCode("Migrations/sqlite_014.sql"), .embedInCode("Migrations/postgres_014.sql"),
        .embedInCode("Migrations/sqlite_015.sql"), .embedInCode("Migrations/postgres_015.sql"),
        .embedInCode("Migrations/sqlite_016.sql"), .embedInCode("Migrations/postgres_016.sql"),
        .embedInCode("Migrations/sqlite_017.sql"), .embedInCode("Migrations/postgres_017.sql"),
        .embedInCode("Migrations/sqlite_018.sql"), .embedInCode("Migrations/postgres_018.sql"),
        .embedInCode("Migrations/sqlite_019.sql"), .embedInCode("Migrations/postgres_019.sql"),
        .embedInCode("Migrations/sqlite_020.sql"), .embedInCode("Migrations/postgres_020.sql"),
        .embedInCode("Migrations/sqlite_021.sql"), .embedInCode("Migrations/postgres_021.sql"),
        .embedInCode("Migrations/sqlite_022.sql"), .embedInCode("Migrations/postgres_022.sql"),
        .embedInCode("Migrations/sqlite_023.sql"), .embedInCode("Migrations/postgres_023.sql"),
        .embedInCode("Migrations/sqlite_024.sql"), .embedInCode("Migrations/postgres_024.sql"),
        .embedInCode("Migrations/sqlite_025.sql"), .embedInCode("Migrations/postgres_025.sql"),
        .embedInCode("Migrations/sqlite_026.sql"), .embedInCode("Migrations/postgres_026.sql"),
        .embedInCode("Migrations/sqlite_027.sql"), .embedInCode("Migrations/postgres_027.sql"),
      ] + noun("Sends/arrivals") + noun("Sends/sends") + noun("Sends/intents")
        + noun("Sends/doubts") + noun("Sends/searches") + noun("Lanes/lanes") + noun("Lanes/flows")
        + noun("Lanes/leases") + noun("Callbacks/callbacks") + noun("Callbacks/parked")
        + noun("Callbacks/marks") + noun("Callbacks/silence") + noun("People/people")
        + noun("Telling/outbox") + noun("Telling/tallies") + noun("Telling/standings")
        + noun("Telling/deliveries")
        + noun("Reading/partitions")
        + noun("Upkeep/upkeep") + noun("Accounts/credentials") + noun("Accounts/templates")
        + noun("Accounts/phones") + noun("Accounts/accounts") + noun("Accounts/signups")
        + noun("Accounts/tasks") + noun("Raw/raw") + noun("Waits/reasons")
        + noun("Campaigns/campaigns") + noun("Campaigns/care")
        + noun("Campaigns/choices") + noun("Conversations/persons")
        + noun("Conversations/conversations") + noun("Conversations/words")
        + noun("Conversations/erasure") + noun("Conversations/agents")
        + noun("Assistants/assistants")
        + noun("Objects/objects") + noun("Media/media") + noun("Resends/resends")
        + noun("Rehearsals/rehearsals")),
    module(
      "Settings",
      [
        "EventLog", "Providers", "SendStore", "HTTP", "Events", "Domain", "Crypto", "JSON",
        "Places", "Platform", "Time",
      ]),
    module(
      "Running",
      [
        "Settings", "EventLog", "SendStore", "Store", "Providers", "HTTP", "Events", "Telemetry",
        "Domain", "Campaigns", "Places",
        "Crypto", "Forms", "JSON", "Platform", "Time",
      ]),
    module(
      "Ingest",
      [
        "Running", "Settings", "EventLog", "Providers", "HTTP", "Events", "Telemetry", "Domain",
        "Crypto", "JSON", "Platform", "Time",
      ],
      path: "Sources/Ingest"),
    module(
      "API",
      [
        "Running", "Settings", "EventLog", "SendStore", "Store", "Providers", "HTTP", "Events",
        "Telemetry", "Campaigns", "Places",
        "Domain", "Forms", "Crypto", "JSON", "Platform", "Time",
      ],
      path: "Sources/API"),
    module(
      "Console",
      [
        "Running", "Settings", "HTTP", "Telemetry", "Domain", "Crypto", "JSON", "Platform", "Time",
      ],
      path: "Sources/Console",
      resources: [.embedInCode("Assets/console.html")]
        + [
          "account", "accounts", "api", "campaign", "campaigns", "composer", "contact",
          "conversation", "course", "dom", "doubts", "drafts", "events", "form", "icons", "inbox",
          "lanes", "letters", "main", "objects", "overview", "pages", "parts", "plot", "poll",
          "rehearsal", "resends", "sends", "session", "settings", "stream", "swipe", "table",
          "tasks", "templates", "time", "upload", "variants",
        ].map { .embedInCode("Assets/\($0).js") }
        + [.embedInCode("Assets/console.css"), .embedInCode("Assets/mark.svg")]),
    module(
      "DispatchWorker",
      [
        "Running", "Settings", "EventLog", "SendStore", "Store", "Providers", "HTTP", "Events",
        "Telemetry",
        "Domain", "JSON", "Platform", "Time",
      ],
      path: "Sources/DispatchWorker"),
    module(
      "StatusWorker",
      [
        "Running", "Settings", "EventLog", "SendStore", "Store", "Providers", "HTTP", "Events",
        "Telemetry",
        "Domain", "Crypto", "Forms", "JSON", "Platform", "Time",
      ],
      path: "Sources/StatusWorker"),
    module(
      "EngageWorker",
      [
        "Running", "Settings", "EventLog", "SendStore", "Store", "Campaigns", "Places", "Events",
        "Providers", "HTTP", "Telemetry", "Domain", "JSON", "Platform", "Time",
      ],
      path: "Sources/EngageWorker"),
    .executableTarget(
      name: "postrider",
      dependencies: [
        "Ingest", "API", "Console", "DispatchWorker", "StatusWorker", "EngageWorker", "Simulator",
        "Running", "Settings",
        "Campaigns", "Places",
        "EventLog", "SendStore", "Store", "Providers", "HTTP", "Events", "Telemetry", "Domain",
        "JSON",
        "Crypto", "Forms", "Platform", "Time",
      ] + underThreadSanitizer, path: "Sources/postrider",
      swiftSettings: ours + [.strictMemorySafety()]),

    module(
      "Simulator", ["HTTP", "Forms", "JSON", "Crypto", "Time", "Platform"],
      path: "Sources/Simulator"),

    module(
      "Providers", ["Events", "Domain", "Forms", "Time", "JSON", "Crypto"],
      resources: [.embedInCode("ErrorTable/errors.json")]),

    tests("TimeTests", ["Time"]),
    tests("FormsTests", ["Forms"]),
    tests("PlatformTests", ["Platform", "TestSupport", "Time"]),
    tests("CryptoTests", ["Crypto"]),
    tests("JSONTests", ["JSON"]),
    tests("CompressionTests", ["Compression"]),
    tests(
      "DomainTests", ["Domain", "Events", "PhoneLibrary", "Platform", "Time", "JSON"],
      resources: [.embedInCode("Fixtures/e164.json")]),
    tests(
      "ProvidersTests", ["Providers", "Events", "Domain", "Forms", "Time", "JSON", "Crypto"],
      exclude: ["Fixtures"]),
    tests(
      "CampaignsTests", ["Campaigns", "Domain", "JSON"],
      resources: [.embedInCode("Fixtures/recipients.json")]),
    tests("PlacesTests", ["Places", "Domain", "Platform", "TestSupport", "Time"]),
    .target(
      name: "FuzzTargets",
      dependencies: [
        "Campaigns", "Providers", "Events", "Domain", "Forms", "HTTP", "Time", "JSON",
      ],
      path: "Fuzz", exclude: ["Seeds"], swiftSettings: ours),
    tests("SQLiteTests", ["SQLite", "TestSupport"]),
    tests(
      "EventLogTests",
      [
        "EventLog", "Events", "Forms", "Kafka", "SQLite", "Compression", "Domain", "Platform",
        "Time", "TestSupport",
        "CRdKafka",
      ]),
    tests(
      "SendStoreTests",
      [
        "SendStore", "Store", "Telemetry", "Domain", "Platform", "Time", "SQLite", "Postgres",
        "TestSupport",
      ]),
    tests(
      "RunningTests",
      [
        "Running", "Settings", "Providers", "Telemetry", "Events", "Domain", "Time", "HTTP", "JSON",
        "Kafka", "Platform", "SQLite", "EventLog", "SendStore", "Store",
        "TestSupport",
      ]),
    tests(
      "WorkerTests",
      [
        "DispatchWorker", "StatusWorker", "Simulator", "Providers", "Running", "Settings",
        "Telemetry", "Events", "Forms", "HTTP", "Crypto",
        "Domain", "Time", "JSON", "Kafka", "Platform", "EventLog", "SendStore", "Store",
        "TestSupport",
      ]),
    tests(
      "EngageWorkerTests",
      [
        "EngageWorker", "Campaigns", "Places", "Running", "Settings", "Telemetry", "Events",
        "Domain",
        "Time", "JSON", "Platform", "EventLog", "SendStore", "Store", "SQLite",
        "TestSupport",
      ]),
    tests(
      "DispatchWorkerTests",
      [
        "DispatchWorker", "Simulator", "Providers", "Running", "Settings", "Telemetry", "Events",
        "HTTP", "Domain", "Time", "JSON",
        "Platform", "EventLog", "SQLite", "SendStore", "Store", "TestSupport",
      ]),
    tests(
      "StatusWorkerTests",
      [
        "StatusWorker", "DispatchWorker", "Simulator", "Providers", "Running", "Settings",
        "Telemetry", "Events", "HTTP", "Crypto",
        "Domain",
        "Time", "JSON", "Kafka", "Platform", "EventLog", "SendStore", "Store", "TestSupport",
        "postrider",
      ]),
    tests(
      "IngestTests",
      [
        "Ingest", "API", "Running", "Settings", "Telemetry", "Events", "HTTP", "Forms", "Providers",
        "Domain", "EventLog", "JSON", "Crypto", "Campaigns",
        "SendStore", "Store", "Simulator",
        "Platform", "Time", "TestSupport",
      ]),
    tests(
      "ConsoleTests",
      [
        "Console", "API", "Running", "Settings", "Telemetry", "HTTP", "JSON", "SendStore", "Store",
        "Crypto", "Domain", "EventLog", "Platform", "Time", "TestSupport",
      ]),
    tests(
      "CommandTests",
      [
        "postrider", "HTTP", "Forms", "Domain", "EventLog", "JSON", "SendStore", "Simulator",
        "Store", "SQLite", "Campaigns",
        "Running", "Settings",
        "Telemetry", "Events", "Platform",
        "Time",
        "TestSupport",
      ]),
    .executableTarget(
      name: "benchmarks",
      dependencies: [
        "API", "SendStore", "Store", "EventLog", "HTTP", "Domain", "Time", "Platform", "SQLite",
        "Postgres",
        "JSON", "Kafka", "CRdKafka", "CSystem", "Simulator", "TestSupport", "Ingest", "Running",
        "Settings", "Telemetry", "Events",
        "Crypto", "Forms", "Providers", "StatusWorker", "Campaigns",
      ],
      path: "Benchmarks", exclude: ["fastapi"], swiftSettings: ours),
    .target(
      name: "TestSupport",
      dependencies: [
        "SendStore", "Store", "EventLog", "Events", "Domain", "Time", "Platform", "Postgres",
        "SQLite", "CRdKafka",
        "CThreads",
      ],
      path: "Tests/TestSupport", swiftSettings: ours),
    .target(name: "CThreads", path: "Tests/CThreads"),
    .target(name: "CSpawn", path: "Tests/CSpawn"),
    tests(
      "HTTPTests",
      ["CSpawn", "HTTP", "JSON", "Platform", "Telemetry", "Time", "TestSupport"]),
    tests(
      "SimulatorTests", ["Simulator", "HTTP", "JSON", "Crypto", "Platform", "Time", "TestSupport"]),
  ],
  cxxLanguageStandard: .cxx17
)
