// swift-tools-version: 6.2
import PackageDescription

// The layers, lowest first. A target may import only what its list names: `make check` builds with
// `--explicit-target-dependency-import-check error`, so this list is the architecture.
let settings: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let package = Package(
  name: "fks-execution",
  products: [.executable(name: "fks-execution", targets: ["fks-execution"])],
  targets: [
    .systemLibrary(name: "CLinux"),
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CPostgreSQL", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),

    module("Trading"),
    module("Wire"),
    module("Telemetry"),
    module("Crypto", ["COpenSSL"]),
    module("SQL"),
    module("SQLite", ["CSQLite", "SQL"]),
    module("PostgreSQL", ["CPostgreSQL", "SQL"]),
    module("Network", ["CLinux", "COpenSSL", "Crypto", "Wire", "Telemetry"]),
    module(
      "Storage", ["Trading", "Wire", "Telemetry", "Crypto", "SQL", "SQLite", "PostgreSQL"]),
    module("Plugins", ["Trading", "Wire", "Network", "SQL", "SQLite", "Crypto"]),
    module(
      "Service",
      [
        "CLinux", "Trading", "Wire", "Telemetry", "Crypto", "Network", "Storage",
        "Plugins",
      ]),
    .executableTarget(
      name: "fks-execution", dependencies: ["Service"], swiftSettings: settings),
    // Parts of `make bench`, not products.
    .executableTarget(
      name: "engine-bench", dependencies: ["Trading"], path: "Tests/bench/engine",
      swiftSettings: settings),
    .executableTarget(
      name: "client-bench", dependencies: ["Network", "Wire"], path: "Tests/bench/client",
      swiftSettings: settings),
    .executableTarget(
      name: "routing-bench", dependencies: ["Plugins", "Network", "Trading"],
      path: "Tests/bench/routing", swiftSettings: settings),
    // A world around the engine, for tests and for `make simulate`.
    .target(
      name: "Simulation", dependencies: ["Trading"], path: "Tests/Simulation",
      swiftSettings: settings),
    .executableTarget(
      name: "simulate", dependencies: ["Simulation"], path: "Tests/simulate",
      swiftSettings: settings),

    // A real server for the tests of what PostgreSQL stores.
    .target(
      name: "PostgreSQLServer", dependencies: ["PostgreSQL", "SQL"],
      path: "Tests/PostgreSQLServer", swiftSettings: settings),

    // Binance for tests, and for `make stand-in`.
    .target(
      name: "StandIn", dependencies: ["Trading", "Wire", "Network", "Crypto"],
      path: "Tests/StandIn", swiftSettings: settings),
    .executableTarget(
      name: "stand-in", dependencies: ["StandIn", "Network"], path: "Tests/stand-in",
      swiftSettings: settings),

    // A terminal for tests, and for `make fake-terminal`.
    .target(
      name: "FakeTerminal", dependencies: ["Trading", "Wire", "Network"],
      path: "Tests/FakeTerminal", swiftSettings: settings),
    .executableTarget(
      name: "fake-terminal", dependencies: ["FakeTerminal", "Network", "Wire"],
      path: "Tests/fake-terminal", swiftSettings: settings),

    tests("TradingTests", ["Trading", "Simulation"]),
    tests("WireTests", ["Wire"]),
    tests("TelemetryTests", ["Telemetry"]),
    tests("CryptoTests", ["Crypto"]),
    tests(
      "NetworkTests", ["Network", "Wire", "Telemetry", "Crypto", "CLinux", "COpenSSL"]),
    tests(
      "StorageTests",
      [
        "Storage", "Trading", "SQL", "SQLite", "PostgreSQL", "Crypto", "Telemetry", "Wire",
        "PostgreSQLServer",
      ]),
    tests(
      "PluginsTests",
      [
        "Plugins", "Trading", "Network", "SQL", "SQLite", "Wire", "Crypto", "StandIn",
        "FakeTerminal",
      ]),
    tests(
      "ServiceTests",
      [
        "Service", "Plugins", "Storage", "Trading", "Wire", "Network", "Telemetry", "Crypto",
        "PostgreSQLServer", "StandIn", "FakeTerminal",
      ]),
    tests("TidyTests", []),
  ],
  swiftLanguageModes: [.v6]
)
