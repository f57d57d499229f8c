// The way to a connection: names, addresses, proxies, and that nothing has left when it ends early.

import COpenSSL
import Dispatch
import Glibc
import Synchronization
import Testing
import Wire

@testable import Network

private func address(_ text: String) throws -> SocketAddress {
  try SocketAddress(host: text, port: 0)
}

/// A limit that passes only after the state was reached that the test is about, also on a machine
/// with much else to do.
let reachableMilliseconds = 2_000

/// A client for which names have these addresses.
@LoopActor private func client(
  _ addresses: [String], limits: HTTPClient.Limits = HTTPClient.Limits()
) throws -> HTTPClient {
  let addresses = try addresses.map(address)
  return try HTTPClient(
    limits: limits, proxy: nil, trustFile: nil, resolver: Resolver { _ in .success(addresses) })
}

@Suite("Connections of the client", .serialized, .timeLimit(.minutes(10))) struct ConnectTests {
  @Test func `the families of addresses take turns, the preferred one first`() throws {
    let four = try ["192.0.2.1", "192.0.2.2", "192.0.2.3"].map(address)
    let six = try ["2001:db8::1", "2001:db8::2"].map(address)
    let families = { (addresses: [SocketAddress]) in
      HappyEyeballs.alternating(addresses).map { $0.family == AF_INET ? 4 : 6 }
    }
    #expect(families(six + four) == [6, 4, 6, 4, 4])
    #expect(families(four + six) == [4, 6, 4, 6, 4])
    #expect(families(four) == [4, 4, 4])
    #expect(families([]) == [])
  }

  @Test func `an IPv6 address that cannot be reached does not keep from the IPv4 one`() async throws
  {
    let server = OriginServer(handler: echo)
    // The port is taken on 127.0.0.1 only.
    let client = try await client(["2001:db8::1", "::1", "127.0.0.1"])
    #expect(await outcome(client, try server.request(host: "venue.test")).hasPrefix("200 "))
    await client.close()
  }

  @Test func `an address that stays silent does not keep from the next one`() async throws {
    let server = OriginServer(handler: echo)
    let silent = DeafPort(address: "127.0.0.2", port: server.port)
    let client = try await client(["127.0.0.2", "127.0.0.1"])
    #expect(await outcome(client, try server.request(host: "venue.test")).hasPrefix("200 "))
    await client.close()
    silent.close()
  }

  @Test func `a host that stays silent is given up, with nothing sent`() async throws {
    let silent = DeafPort(address: "127.0.0.2", port: 0)
    var limits = HTTPClient.Limits()
    limits.connectMilliseconds = reachableMilliseconds
    let client = try await client(["127.0.0.2"], limits: limits)
    let origin = try HTTPOrigin("http://venue.test:\(silent.port)")
    let error = await #expect(throws: TransportError.self) {
      try await client.send(HTTPClientRequest(.get, origin, "/"))
    }
    #expect(error?.code == .connectTimeout && error?.delivery == .notSent)
    #expect(error?.description.contains("while waiting for the connection") == true)
    await client.close()
    silent.close()
  }

  @Test func `a handshake that never ends is given up, with nothing sent`() async throws {
    let server = OriginServer { peer in while peer.receive() != nil {} }
    var limits = HTTPClient.Limits()
    limits.connectMilliseconds = reachableMilliseconds
    let client = try await localClient(limits: limits)
    let request = try server.request(isSecure: true)
    let error = await #expect(throws: TransportError.self) { try await client.send(request) }
    #expect(error?.code == .connectTimeout && error?.delivery == .notSent)
    #expect(error?.description.contains("while agreeing on TLS") == true)
    await client.close()
  }

  @Test func `a name is looked up once for all who wait, and its failure is believed for a while`()
    async throws
  {
    let lookups = Mutex(0)
    let resolver = await Resolver(
      lookup: { host in
        lookups.withLock { $0 += 1 }
        return .failure(TransportFailure(.nameNotResolved, "The name \(host) leads nowhere."))
      }, failureMilliseconds: 600_000)
    let client = try await HTTPClient(
      limits: HTTPClient.Limits(), proxy: nil, trustFile: nil, resolver: resolver)
    let request = HTTPClientRequest(.get, try HTTPOrigin("http://venue.test"), "/")
    async let others = [outcome(client, request), outcome(client, request)]
    let all = await [outcome(client, request)] + others
    #expect(all == Array(repeating: "NAME_NOT_RESOLVED notSent", count: 3))
    #expect(lookups.withLock { $0 } == 1)
    await client.close()
  }

  @Test func `a name that was known keeps its addresses while nobody can look it up`() async throws
  {
    let lookups = Mutex(0)
    let known = try address("127.0.0.1")
    let resolver = await Resolver(
      lookup: { _ in
        let count = lookups.withLock { count in
          count += 1
          return count
        }
        return count == 1
          ? .success([known]) : .failure(TransportFailure(.nameNotResolved, "No server."))
      }, keepMilliseconds: 0)
    let client = try await HTTPClient(
      limits: HTTPClient.Limits(), proxy: nil, trustFile: nil, resolver: resolver)
    let server = OriginServer { peer in
      _ = peer.receiveRequest()
      peer.answer("a", "Connection: close\r\n")
    }
    let request = try server.request(host: "venue.test")
    for _ in 1...2 { #expect(await outcome(client, request) == "200 a") }
    #expect(lookups.withLock { $0 } == 2)
    await client.close()
  }

  @Test func `the system knows the name of this machine`() throws {
    let addresses = try Resolver.system("localhost").get()
    #expect(!addresses.isEmpty && addresses.allSatisfy { $0.port == 0 })
  }

  @Test func `a name that leads nowhere is told with what to do`() {
    // A name with an empty part is refused without a question to anybody.
    guard case .failure(let failure) = Resolver.system("a..b") else {
      Issue.record("a..b has an address")
      return
    }
    #expect(failure.code == .nameNotResolved)
    #expect(failure.sentence.hasPrefix("The name a..b leads to no address: "))
  }
}
