// swift-tools-version: 6.2
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

func systemLibrary(_ name: String, pkgConfig: String, debian: String) -> Target {
  .systemLibrary(
    name: name, path: "Sources/Shared/CLibraries/\(name)", pkgConfig: pkgConfig,
    providers: [.apt([debian])])
}

let package = Package(
  name: "postrider",
  targets: [
    systemLibrary("CRdKafka", pkgConfig: "rdkafka", debian: "librdkafka-dev"),
    systemLibrary("CCurl", pkgConfig: "libcurl", debian: "libcurl4-openssl-dev"),
    systemLibrary("CMicroHTTPD", pkgConfig: "libmicrohttpd", debian: "libmicrohttpd-dev"),
    systemLibrary("CSQLite", pkgConfig: "sqlite3", debian: "libsqlite3-dev"),
    systemLibrary("CPostgres", pkgConfig: "libpq", debian: "libpq-dev"),
    systemLibrary("CCrypto", pkgConfig: "libcrypto", debian: "libssl-dev"),
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
    wrapper("Platform", ["CSystem", "Time"]),
    wrapper("Crypto", ["CCrypto"]),
    wrapper("JSON", ["CSimdJSON"]),
    wrapper("PhoneLibrary", ["CPhoneNumber"]),
    wrapper("SQLite", ["CSQLite"]),
    wrapper("Postgres", ["CPostgres"]),
    wrapper("HTTP", ["CMicroHTTPD", "CCurl", "CSystem", "JSON", "Platform", "Time"]),

    module("Domain", ["Time", "PhoneLibrary", "Crypto", "JSON"]),
    module(
      "SendStore", ["Domain", "Time", "Platform", "Crypto", "JSON", "SQLite", "Postgres"],
      resources: [
        .embedInCode("Migrations/sqlite_001.sql"), .embedInCode("Migrations/postgres_001.sql"),
        .embedInCode("SQL/sqlite_statements.sql"), .embedInCode("SQL/postgres_statements.sql"),
      ]),

    module(
      "Providers", ["Domain", "Time", "JSON", "Crypto"],
      resources: [.embedInCode("ErrorTable/errors.json")]),

    tests("TimeTests", ["Time"]),
    tests("PlatformTests", ["Platform", "Time"]),
    tests("CryptoTests", ["Crypto"]),
    tests("JSONTests", ["JSON"]),
    tests(
      "DomainTests", ["Domain", "Time", "JSON"], resources: [.embedInCode("Fixtures/e164.json")]),
    tests(
      "ProvidersTests", ["Providers", "Domain", "Time", "JSON", "Crypto"],
      resources: [.embedInCode("Fixtures")]),
    .target(
      name: "FuzzTargets", dependencies: ["Providers", "Domain", "Time", "JSON"],
      path: "Tests/Fuzz", exclude: ["Seeds"], swiftSettings: ours),
    tests("SQLiteTests", ["SQLite"]),
    tests("SendStoreTests", ["SendStore", "Domain", "Time", "SQLite", "Postgres", "TestSupport"]),
    .executableTarget(
      name: "benchmarks",
      dependencies: [
        "SendStore", "Domain", "Time", "Platform", "SQLite", "Postgres", "TestSupport",
      ],
      path: "Tests/Benchmarks", swiftSettings: ours),
    .target(
      name: "TestSupport", dependencies: ["SendStore", "Time"], path: "Tests/TestSupport",
      swiftSettings: ours),
    tests("HTTPTests", ["HTTP", "JSON", "Platform", "Time"]),
  ],
  cxxLanguageStandard: .cxx17
)
