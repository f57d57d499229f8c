// A store that a test has open, with everything that it said.

import Glibc
import Storage
import Synchronization
import Trading

/// An open store; closed with the value at the latest.
final class OpenStore {
  let store: Store
  let state: RestoredState
  let messages: Messages
  private var isOpen = true

  init(_ location: StoreLocation) throws(StoreError) {
    let messages = Messages()
    self.messages = messages
    let opened = try Store.open(location) { messages.add($0) }
    store = opened.store
    guard let state = opened.state else {
      opened.store.close()
      throw StoreError(code: "STORE_LOCKED", "Another process writes.")
    }
    self.state = state
  }

  deinit { close() }

  func close() {
    guard isOpen else { return }
    isOpen = false
    store.close()
  }

  /// Appends entries in batches of any size and waits until all are durable.
  func record(_ entries: [JournalEntry], batch: Int = 7) -> Bool {
    var rest = entries[...]
    while !rest.isEmpty {
      store.append(Array(rest.prefix(batch)))
      rest = rest.dropFirst(batch)
    }
    guard let last = entries.last else { return true }
    return isTrueSoon { self.messages.recordedThrough >= last.number }
  }

  /// Reads, and waits for the answer.
  func read<Answer: Sendable>(
    _ body: @escaping @Sendable (borrowing Reader) throws(StoreError) -> Answer
  ) throws -> Answer {
    let box = Box<Result<Answer, StoreError>>()
    store.read { reader in
      do throws(StoreError) {
        let value = try body(reader)
        box.set(.success(value))
      } catch {
        box.set(.failure(error))
      }
    }
    guard isTrueSoon({ box.value != nil }), let result = box.value else {
      throw StoreError(code: "TEST", "The store did not answer.")
    }
    return try result.get()
  }

  func order(_ id: OrderID) throws -> Order? {
    try read { (reader) throws(StoreError) in try reader.order(.id(id)) }
  }
}

extension Store {
  /// Appends decisions about orders.
  func append(_ entries: [JournalEntry]) { append(entries.map { .order($0) }) }
}

/// A value that is set on one thread and awaited on another.
private final class Box<Value: Sendable>: Sendable {
  private let content = Mutex<Value?>(nil)

  var value: Value? { content.withLock { $0 } }
  func set(_ value: Value) { content.withLock { $0 = value } }
}

/// What a store said, in its order.
final class Messages: Sendable {
  private let all = Mutex<[StoreMessage]>([])

  func add(_ message: StoreMessage) { all.withLock { $0.append(message) } }

  private var messages: [StoreMessage] { all.withLock { $0 } }

  /// The numbers of the acknowledgements, in their order.
  var acknowledgements: [UInt64] {
    messages.compactMap { if case .recorded(let through, _, _) = $0 { through } else { nil } }
  }

  var recordedThrough: UInt64 { acknowledgements.last ?? 0 }

  /// How many entries were acknowledged.
  var recordedEntries: Int {
    messages.reduce(0) { if case .recorded(_, let count, _) = $1 { $0 + count } else { $0 } }
  }

  /// Whether another process has become the writer.
  var isSuperseded: Bool {
    messages.contains { if case .superseded = $0 { true } else { false } }
  }

  /// What was taken over by a store that stood by.
  var takenOver: RestoredState? {
    messages.lazy.compactMap { if case .becameWriter(let state) = $0 { state } else { nil } }.first
  }

  /// The entries that were given back.
  var notRecorded: [UInt64] {
    messages.flatMap { message -> [UInt64] in
      if case .notRecorded(let numbers) = message { numbers } else { [] }
    }
  }

  /// Whether the store took entries, each time that it said so, with repetitions left out.
  var availability: [Bool] {
    var said: [Bool] = []
    for message in messages {
      guard case .available(let isAvailable, _) = message, said.last != isAvailable else {
        continue
      }
      said.append(isAvailable)
    }
    return said
  }
}

/// Whether a condition becomes true; asked every millisecond until it is or the time is up.
func isTrueSoon(seconds: Int = 20, _ condition: () -> Bool) -> Bool {
  for _ in 0..<(seconds * 1_000) {
    if condition() { return true }
    usleep(1_000)
  }
  return condition()
}
