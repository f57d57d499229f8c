// One reader of the stream: what it wants, how far it has come, and the connection to it.
// It reads no journal; the hub feeds it.
// The rule to keep: the place moves on with what is written, never before and never back.

internal import Network
internal import Wire

/// A reader and its place in the journal.
@LoopActor final class StreamReader {
  let filter: StreamFilter
  let transport: StreamTransport
  let stream: HTTPStream
  /// Everything up to here has been written, as far as the filter wants it.
  var place: EventID
  /// Whether it has once had all there was: from then on it has to keep up.
  var hasCaughtUp = false
  /// Whether states have changed that it was not told.
  var owesStates = true
  /// Takes what a WebSocket peer sends; messages are refused anyway, so they may be short.
  var decoder = WebSocketDecoder(from: .client, messageBytesMax: 4_096)
  /// Whether it has been pinged and has not answered yet.
  var owesPong = false
  /// Whether it stands in the line for a page of the journal.
  var waitsForPage = false

  init(
    _ stream: HTTPStream, filter: StreamFilter, transport: StreamTransport, place: EventID
  ) {
    self.stream = stream
    self.filter = filter
    self.transport = transport
    self.place = place
  }
}
