// Which plugin takes an order, and how an operator changes that, from outside.

import FoundationEssentials
import Testing
import Wire

@Suite struct PluginChoiceTests {
  private static let two = [
    "PLUGINS": "mock,mock-2", "PLUGIN_FALLBACK": "true",
    "ROUTES": "ETHUSDT=mock-2,strategy:trend=mock-2",
  ]

  private func market(_ symbol: String = "BTCUSDT", _ rest: String = "") -> String {
    #"{"symbol":"\#(symbol)","side":"BUY","order_type":"MARKET","quantity":0.1\#(rest)}"#
  }

  @Test func `an order goes to the plugin of its strategy, its symbol, or the default one`() throws
  {
    let service = try ServiceProcess.start(Self.two)
    #expect(try service.order(market())["exchange"] == "mock")
    #expect(try service.order(market("ETHUSDT"))["exchange"] == "mock-2")
    #expect(
      try service.order(market("BTCUSDT", #","strategy":"trend""#))["exchange"] == "mock-2")
    #expect(
      try service.order(market("ETHUSDT", #","exchange":"mock""#))["exchange"] == "mock")
    let preview = try service.call("POST", "/orders/preview", market("ETHUSDT"))
    #expect(preview.json?["order"]?["exchange"]?.string == "mock-2")
    #expect(try service.get("/market/ETHUSDT")["exchange"] == "mock-2")
  }

  @Test func `a disabled plugin opens nothing, and what it holds can be closed and cancelled`()
    throws
  {
    let service = try ServiceProcess.start(["PLUGINS": "mock"])
    #expect(try service.order(market()).status == 201)
    let resting = try service.order(
      #"{"symbol":"ETHUSDT","side":"BUY","order_type":"LIMIT","quantity":0.1,"price":3400}"#)
    let off = try service.call("PUT", "/api/v1/plugins/mock", #"{"enabled":false}"#)
    #expect(off.status == 200)
    #expect(off["enabled"] == "false")
    #expect(try service.order(market()).code == "TRADING_REDUCING")
    #expect(try service.call("DELETE", "/orders/\(resting.orderID ?? "")").status == 200)
    #expect(try service.call("PUT", "/positions/BTCUSDT/close").status == 201)
    service.end(15)
    let second = try ServiceProcess.start(["PLUGINS": "mock"], directory: service.directory)
    #expect(try second.order(market()).code == "TRADING_REDUCING")
    let on = try second.call("PUT", "/api/v1/plugins/mock", #"{"enabled":true}"#)
    #expect(on["enabled"] == "true")
    #expect(try second.order(market()).status == 201)
  }

  @Test func `a default that was chosen outlives a kill, until the setting changes`() throws {
    let settings = ["PLUGINS": "mock,mock-2,mock-3", "DEFAULT_PLUGIN": "mock"]
    let service = try ServiceProcess.start(settings)
    #expect(
      try service.call("PUT", "/api/v1/plugins/mock-2", #"{"default":true}"#).status == 200)
    service.end(9)
    let second = try ServiceProcess.start(settings, directory: service.directory)
    #expect(try second.order(market())["exchange"] == "mock-2")
    second.end(9)
    let gone = try ServiceProcess.start(["PLUGINS": "mock"], directory: service.directory)
    #expect(try gone.order(market())["exchange"] == "mock")
    gone.end(9)
    let third = try ServiceProcess.start(
      settings.merging(["DEFAULT_PLUGIN": "mock-3"]) { $1 }, directory: service.directory)
    #expect(try third.order(market())["exchange"] == "mock-3")
  }

  @Test func `enabling a plugin does not lift a halt`() throws {
    let service = try ServiceProcess.start()
    _ = try service.set(#"{"state":"HALTED","reason":"Fire.","plugin":"mock"}"#)
    for body in [#"{"enabled":false}"#, #"{"enabled":true}"#] {
      let answer = try service.call("PUT", "/api/v1/plugins/mock", body)
      #expect(answer.status == (body.contains("true") ? 409 : 200))
    }
    #expect(try service.order(market()).code == "TRADING_HALTED")
  }

  @Test func `an order that names no plugin falls back, but not where its symbol is held`() throws {
    let service = try ServiceProcess.start(Self.two)
    #expect(try service.order(market("BTCUSDT")).status == 201)
    let body = market("SOLUSDT", #","client_order_id":"once""#)
    let first = try service.order(body)
    #expect(first["exchange"] == "mock")
    #expect(
      try service.call("PUT", "/api/v1/plugins/mock", #"{"enabled":false}"#).status == 200)
    // The same request again is the same order, wherever a new one would go.
    let repeated = try service.order(body)
    #expect(repeated.status == 200)
    #expect(repeated.orderID == first.orderID)
    #expect(try service.order(market("ETHUSDT"))["exchange"] == "mock-2")
    #expect(try service.order(market("BNBUSDT"))["exchange"] == "mock-2")
    #expect(try service.order(market("BTCUSDT")).code == "TRADING_REDUCING")
    #expect(
      try service.order(market("BNBUSDT", #","exchange":"mock""#)).code == "TRADING_REDUCING")
    #expect(
      try service.order(market("BNBUSDT", #","reduce_only":true"#)).code != nil)
  }

  @Test func `without PLUGIN_FALLBACK an order waits for its own plugin`() throws {
    let service = try ServiceProcess.start(["PLUGINS": "mock,mock-2"])
    _ = try service.call("PUT", "/api/v1/plugins/mock", #"{"enabled":false}"#)
    #expect(try service.order(market()).code == "TRADING_REDUCING")
    _ = try service.call("PUT", "/api/v1/plugins/mock-2", #"{"default":true}"#)
    #expect(try service.order(market())["exchange"] == "mock-2")
    #expect(try service.get("/api/v1/plugins/mock-2")["default"] == "true")
  }

  @Test(arguments: ["{}", #"{"enabled":"no"}"#, #"{"enabled":false,"reason":""}"#, "[]"])
  func `a change of a plugin that is not clear changes nothing`(body: String) throws {
    let service = try ServiceProcess.start()
    #expect(try service.call("PUT", "/api/v1/plugins/mock", body).status == 422)
    #expect(try service.call("PUT", "/api/v1/plugins/nobody", #"{"enabled":false}"#).status == 404)
    #expect(try service.order(market()).status == 201)
  }

  // MARK: Files

  private func file(_ name: String, _ rest: String = "") -> [UInt8] {
    Array(#"{name: "\#(name)", /* JSON5 */ \#(rest)}"#.utf8)
  }

  @Test func `a file describes a plugin with settings of its own`() throws {
    let directory = try TestDirectory()
    try directory.write(
      "config/plugins.d/small.json5",
      file("mock-small", #"symbols: ["ETH/USDT"], settings: {mock_balances: "USDT=5"}"#))
    let service = try ServiceProcess.start(directory: directory)
    #expect(try service.order(market("ETHUSDT")).status == 422)
    #expect(try service.order(market("ETHUSDT", #","exchange":"mock""#)).status == 201)
    #expect(try service.get("/api/v1/plugins/mock-small")["priority"] == "100")
    let history = try service.get("/api/v1/plugins/mock-small").json?["history"]?.elements
    #expect(history?.last?["healthy"]?.bool == true)
  }

  @Test(arguments: [
    (#"{name: "mock-2", prioritty: 3}"#, "prioritty"),
    (#"{name: "nobody"}"#, "nobody"),
    (#"{name: "mock"}"#, "already"),
    (#"{name: "mock-2", settings: {database_url: "sqlite:x"}}"#, "database_url"),
    (#"{name: "mock-2", settings: {mock_fee_bps: "dear"}}"#, "decimal number"),
    (#"{name: "mock-2", symbols: "ETHUSDT"}"#, "symbols"),
    (#"{name: "mock-2", symbols: ["Ä"]}"#, "no symbol"),
    ("{", "JSON5"),
  ])
  func `a file that is not clear stops the start`(text: String, word: String) throws {
    let directory = try TestDirectory()
    try directory.write("config/plugins.d/bad.json5", Array(text.utf8))
    let (status, output) = try ServiceProcess.refusedStart([:], directory: directory)
    #expect(status == 1)
    #expect(output.contains(word) && output.contains("bad.json5"))
  }

  @Test func `files are taken up, changed and left while the service runs`() async throws {
    try await apart {
      let service = try ServiceProcess.start()
      let path = "config/plugins.d/late.json5"
      try service.directory.write(path, file("mock-late", #"symbols: ["ETHUSDT"]"#))
      #expect(
        try eventually {
          try service.get("/api/v1/plugins/mock-late")["takes_orders"] == "true"
        })
      #expect(try service.order(market("ETHUSDT"))["exchange"] == "mock-late")
      try service.directory.write("config/plugins.d/wrong.json5", Array("{".utf8))
      try service.directory.write(path, file("mock-late", #"priority: 7"#))
      #expect(
        try eventually { try service.get("/api/v1/plugins/mock-late")["priority"] == "7" })
      #expect(try service.order(market("ETHUSDT"))["exchange"] == "mock")
      let problems = try service.get("/api/v1/plugins").json?["problems"]?.elements ?? []
      #expect(problems.map { $0["file"]?.string } == ["config/plugins.d/wrong.json5"])
      try FileManager.default.removeItem(atPath: service.directory.path + "/" + path)
      #expect(
        try eventually { try service.get("/api/v1/plugins/mock-late")["enabled"] == "false" })
      #expect(
        try service.order(market("ETHUSDT", #","exchange":"mock-late""#)).code
          == "PLUGIN_DISABLED")
      let close = try service.call("PUT", "/positions/ETHUSDT/close?plugin=mock-late")
      #expect(close.status == 201)
    }
  }
}
