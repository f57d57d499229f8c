// Addresses and ranges as text, and which address is in which range.

import Testing

@testable import Wire

@Suite struct IPAddressTests {
  @Test(arguments: [
    ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"), ("::ffff:192.0.2.1", "192.0.2.1"),
    ("::1", "0:0:0:0:0:0:0:1"), ("::", "0:0:0:0:0:0:0:0"), ("2001:DB8::7", "2001:db8:0:0:0:0:0:7"),
    ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("fe80::1:2", "fe80:0:0:0:0:0:1:2"),
    ("64:ff9b::192.0.2.33", "64:ff9b:0:0:0:0:c000:221"),
  ])
  func `one address has one value, however it is written`(text: String, shown: String) {
    #expect(IPAddress(text)?.description == shown)
    #expect(IPAddress(text) == IPAddress(shown))
  }

  @Test(arguments: [
    "", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4 ", "1.2.3.-4", "1.2.3.+4", "::g",
    "1::2::3", "1:2:3:4:5:6:7:8:9", "fe80::1%eth0", "[::1]", "1.2.3.4:80", "v1.x", "localhost",
  ])
  func `what is not exactly an address is none`(text: String) {
    #expect(IPAddress(text) == nil)
    #expect(IPNetwork(text) == nil)
  }

  @Test(arguments: [
    ("10.0.0.0/8", "10.255.255.255", true), ("10.0.0.0/8", "11.0.0.0", false),
    ("10.0.0.0/8", "::ffff:10.1.2.3", true), ("192.0.2.7", "192.0.2.7", true),
    ("192.0.2.7", "192.0.2.6", false), ("0.0.0.0/0", "203.0.113.9", true),
    ("0.0.0.0/0", "2001:db8::1", false), ("::/0", "2001:db8::1", true), ("::/0", "1.2.3.4", false),
    ("2001:db8::/65", "2001:db8:0:0:7fff::1", true),
    ("2001:db8::/65", "2001:db8:0:0:8000::", false),
    ("192.0.2.128/25", "192.0.2.127", false), ("192.0.2.128/25", "192.0.2.200", true),
  ])
  func `an address is in a range or not`(range: String, address: String, isInside: Bool) throws {
    let network = try #require(IPNetwork(range))
    #expect(network.contains(try #require(IPAddress(address))) == isInside)
  }

  @Test(arguments: [
    "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "::1/64", "::/129", "1.2.3.4/8/8",
  ])
  func `a range with bits beyond its prefix, or of no size, is none`(text: String) {
    #expect(IPNetwork(text) == nil)
  }

  @Test func `the machine's own addresses are known`() {
    for text in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
      #expect(IPAddress(text)?.isLoopback == true)
    }
    for text in ["128.0.0.1", "::2", "0.0.0.0", "::"] {
      #expect(IPAddress(text)?.isLoopback == false)
    }
  }
}
