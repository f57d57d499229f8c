// What docs/PLUGINS.md shows is true: its example is short, and runs. That it keeps the promises of
// a plugin, the conformance tests say, which run on it.

import StandIn
import Testing

@Suite struct PluginPageTests {
  @Test func `the example of the page has less than a hundred lines`() {
    let lines = ExamplePlugin.lines
    #expect(!lines.isEmpty && lines.count < 100)
    #expect(lines.allSatisfy { $0.count <= 100 })
  }
}
