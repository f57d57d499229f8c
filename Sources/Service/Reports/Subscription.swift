// Who wants reports, what of, and how far it has come. Kept as one small document, so that a
// restart goes on from it; the events themselves are in the journal.

internal import Plugins
internal import Storage
internal import Trading
internal import Wire

/// A subscription with its place in the journal.
struct Subscription: Equatable {
  /// A report that its receiver has refused for good.
  struct DeadLetter: Equatable {
    /// Its number.
    var number: Int
    var id: EventID
    /// The status that it was refused with.
    var status: Int
    var at: Timestamp
  }

  let id: String
  let url: ReportURL
  let filter: StreamFilter
  let createdAt: Timestamp
  /// Everything up to here was delivered or given up.
  var place: EventID
  /// The number of the last report that was.
  var lastNumber = 0
  /// What was given up, the oldest first.
  var deadLetters: [DeadLetter] = []
  /// Dead letters that were let go of, because there were too many.
  var lostLettersCount = 0

  /// What the documents of subscriptions are called.
  static let documentPrefix = "subscription:"

  var document: StoredDocument {
    var json = JSONWriter(reserving: 512)
    json.beginObject()
    json.member("url", url.text)
    json.members(of: filter)
    json.member("created_at", createdAt.text)
    json.member("place", place.description)
    json.member("last_number", lastNumber)
    json.deadLetters(deadLetters)
    json.member("lost_letters", lostLettersCount)
    json.endObject()
    return StoredDocument(name: Subscription.documentPrefix + id, body: json.bytes)
  }

  /// Nil if the document cannot be read.
  init?(_ document: StoredDocument) {
    guard let body = document.body, let root = try? JSONDocument(parsing: body).root,
      let url = root["url"]?.string.flatMap({ ReportURL($0) }),
      let createdAt = root["created_at"]?.string.flatMap({ Timestamp(text: $0) }),
      let place = root["place"]?.string.flatMap({ EventID(text: $0) }),
      let filter = StreamFilter(stored: root)
    else { return nil }
    self.init(
      id: String(document.name.dropFirst(Subscription.documentPrefix.count)), url: url,
      filter: filter, createdAt: createdAt, place: place)
    lastNumber = root["last_number"]?.integer ?? 0
    lostLettersCount = root["lost_letters"]?.integer ?? 0
    deadLetters = (root["dead_letters"]?.elements ?? []).compactMap { DeadLetter($0) }
  }

  init(id: String, url: ReportURL, filter: StreamFilter, createdAt: Timestamp, place: EventID) {
    self.id = id
    self.url = url
    self.filter = filter
    self.createdAt = createdAt
    self.place = place
  }

  /// Notes that the receiver will not have a report.
  mutating func giveUp(_ letter: DeadLetter) {
    if deadLetters.count == ReportLimits.deadLettersMax {
      deadLetters.removeFirst()
      lostLettersCount += 1
    }
    deadLetters.append(letter)
  }
}

extension Subscription.DeadLetter {
  fileprivate init?(_ json: JSONValue) {
    guard let number = json["number"]?.integer,
      let id = json["id"]?.string.flatMap({ EventID(text: $0) }),
      let status = json["status"]?.integer,
      let at = json["at"]?.string.flatMap({ Timestamp(text: $0) })
    else { return nil }
    self.init(number: number, id: id, status: status, at: at)
  }
}

/// Where reports go.
struct ReportURL: Equatable {
  let text: String
  let origin: HTTPOrigin
  /// Path and query.
  let target: String

  /// Nil unless it is http:// or https:// with a host, and perhaps a path and a query.
  init?(_ text: String) {
    guard text.utf8.count <= ReportLimits.urlBytesMax,
      text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }),
      text.hasPrefix("https://") || text.hasPrefix("http://"),
      let hostStart = text.firstRange(of: "://")?.upperBound
    else { return nil }
    let slash = text[hostStart...].firstIndex { $0 == "/" || $0 == "?" } ?? text.endIndex
    guard let origin = try? HTTPOrigin(String(text[..<slash])) else { return nil }
    self.text = text
    self.origin = origin
    let rest = text[slash...]
    target = rest.hasPrefix("/") ? String(rest) : "/\(rest)"
  }
}

extension JSONWriter {
  mutating func deadLetters(_ letters: [Subscription.DeadLetter]) {
    key("dead_letters")
    beginArray()
    for letter in letters {
      beginObject()
      member("number", letter.number)
      member("id", letter.id.description)
      member("status", letter.status)
      member("at", letter.at.text)
      endObject()
    }
    endArray()
  }

  mutating func members(of filter: StreamFilter) {
    member("types", filter.types.map(\.rawValue).sorted())
    member("plugin", filter.plugin)
    member("symbol", filter.symbol)
    member("strategy_id", filter.strategyID)
  }
}

extension StreamFilter {
  /// What can be reported: events that are in the journal. Positions and plugins are states.
  static let reportedTypes: Set<StreamEventType> = [.order, .fill, .tradingState]

  fileprivate init?(stored json: JSONValue) {
    self.init()
    types = Set(
      (json["types"]?.elements ?? []).compactMap { $0.string.flatMap(StreamEventType.init) })
    plugin = json["plugin"]?.string
    symbol = json["symbol"]?.string
    strategyID = json["strategy_id"]?.string
  }
}
