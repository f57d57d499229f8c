// The transition table as it was specified, written out by hand and not derived from the code, and
// the comparison of every cell with `OrderState.move(on:)`.
//
// Cells: a state's name = the order enters that phase (WIRE is submitting or unknown); + = the
// event counts, the phase stays; = = stale or repeated, nothing changes; - = refused to the caller;
// . = cannot happen. A trailing ! means that the move is counted as an anomaly; a ! alone, that
// the event contradicts what is known and is not applied.
//
// Where a cell differs from the specification's shown state, it is for one of these reasons:
//  1. RECEIVED and HELD take a cancel as two facts, `cancelRequested` (+) and `canceled`.
//  2. SUBMITTING takes no `notFound`: the engine gives that verdict only on UNKNOWN.
//  3. SUBMITTING and UNKNOWN count a refused cancel (+) without believing it; a plain refusal only
//     clears the request, "unknown or already done" leaves it for a query to answer.
//  4. PENDING_REPLACE takes a cancel at once (+): a cancel never waits for another request.
//  5. REJECTED and NOT_FOUND ignore `cancelRequested`, because nothing is pending on an order that
//     has ended; the engine sends the cancel anyway.
//  6. WORKING and its kind ignore refusals of cancels that nobody asked for.
//  7. HELD takes a trigger, the best price of a trailing stop and a change as facts: what waits
//     here is decided here. PENDING_CANCEL takes a change that crossed the cancel.
//  8. FILLED and SETTLED count a bust (+); the fact itself ends an order that is not whole any more
//     as CANCELED. Before the venue has the order nothing has counted that it could take back.

import Testing
import Trading

@testable import Simulation

private let orderPathColumns = """
  STATE            denied held submitting accepted rejected  unknown partly
  RECEIVED         DENIED HELD WIRE       .        .         =       .
  HELD             DENIED =    WIRE       .        .         =       .
  DENIED           .      .    .          .        .         .       .
  SUBMITTING       .      .    .          WORKING  REJECTED  +       WORKING
  UNKNOWN          .      .    .          WORKING  REJECTED  =       WORKING
  WORKING          .      .    .          =        REJECTED  =       +
  TRIGGERED        .      .    .          =        REJECTED  =       +
  SUSPENDED        .      .    .          WORKING  REJECTED  =       +
  PARTIALLY_FILLED .      .    .          =        CANCELED! =       +
  PENDING_CANCEL   .      .    .          =        REJECTED  =       +
  PENDING_REPLACE  .      .    .          =        REJECTED  =       +
  FILLED           .      .    .          =        !         =       +!
  SETTLED          .      .    .          =        !         =       +!
  CANCELED         .      .    .          =        =         =       +
  EXPIRED          .      .    .          =        =         =       +
  REPLACED         .      .    .          =        =         =       +
  REJECTED         .      .    .          WORKING! =         =       WORKING!
  NOT_FOUND        .      .    .          WORKING! =         =       WORKING!
  """

private let endingColumns = """
  STATE            last    cancel canceled gone refused expired notFound
  RECEIVED         .       +      CANCELED .    .       EXPIRED .
  HELD             .       +      CANCELED .    .       EXPIRED .
  DENIED           .       -      .        .    .       .       .
  SUBMITTING       FILLED  +      CANCELED +    +       EXPIRED .
  UNKNOWN          FILLED  +      CANCELED +    +       EXPIRED NOT_FOUND
  WORKING          FILLED  +      CANCELED =    =       EXPIRED NOT_FOUND!
  TRIGGERED        FILLED  +      CANCELED =    =       EXPIRED NOT_FOUND!
  SUSPENDED        FILLED  +      CANCELED =    =       EXPIRED NOT_FOUND!
  PARTIALLY_FILLED FILLED  +      CANCELED =    =       EXPIRED NOT_FOUND!
  PENDING_CANCEL   FILLED  =      CANCELED +    +       EXPIRED NOT_FOUND!
  PENDING_REPLACE  FILLED  +      CANCELED =    =       EXPIRED NOT_FOUND!
  FILLED           +!      -      !        =    =       =       =
  SETTLED          +!      -      !        =    =       =       =
  CANCELED         FILLED  -      =        =    =       =       =
  EXPIRED          FILLED  -      =        =    =       =       =
  REPLACED         FILLED  -      =        =    =       =       =
  REJECTED         FILLED! =      CANCELED =    =       EXPIRED =
  NOT_FOUND        FILLED! =      CANCELED =    =       EXPIRED =
  """

private let reportColumns = """
  STATE            triggered  suspended  replace replaced notReplaced settled
  RECEIVED         .          .          -       .        .           .
  HELD             +          .          +       .        .           .
  DENIED           .          .          -       .        .           .
  SUBMITTING       TRIGGERED  SUSPENDED  -       .        .           .
  UNKNOWN          TRIGGERED  SUSPENDED  -       .        .           .
  WORKING          TRIGGERED  SUSPENDED  +       REPLACED =           .
  TRIGGERED        =          SUSPENDED  +       REPLACED =           .
  SUSPENDED        TRIGGERED  =          +       REPLACED =           .
  PARTIALLY_FILLED TRIGGERED  SUSPENDED  +       REPLACED =           .
  PENDING_CANCEL   TRIGGERED  SUSPENDED  -       REPLACED +           .
  PENDING_REPLACE  TRIGGERED  SUSPENDED  -       REPLACED +           .
  FILLED           =          =          -       .        =           +
  SETTLED          =          =          -       .        =           =
  CANCELED         =          =          -       =        =           .
  EXPIRED          =          =          -       =        =           .
  REPLACED         =          =          -       =        =           .
  REJECTED         TRIGGERED! SUSPENDED! -       .        =           .
  NOT_FOUND        TRIGGERED! SUSPENDED! -       .        =           .
  """

private let changeColumns = """
  STATE            trailed amended busted waived unprotect progressed completed
  RECEIVED         .       .       .      .      .         .          .
  HELD             +       +       .      .      .         +          FILLED
  DENIED           .       .       .      .      .         .          .
  SUBMITTING       .       .       .      +      .         .          .
  UNKNOWN          .       .       .      +      .         .          .
  WORKING          .       =       +      +      .         .          .
  TRIGGERED        .       =       +      +      .         .          .
  SUSPENDED        .       =       +      +      .         .          .
  PARTIALLY_FILLED .       =       +      +      .         .          .
  PENDING_CANCEL   .       +       +      +      .         .          .
  PENDING_REPLACE  .       +       +      +      .         .          .
  FILLED           .       =       +      +      +         +          .
  SETTLED          .       =       +      +      +         +          .
  CANCELED         .       =       +      +      +         +          .
  EXPIRED          .       =       +      +      +         +          .
  REPLACED         .       =       +      +      +         .          .
  REJECTED         .       =       +      +      +         .          .
  NOT_FOUND        .       =       +      +      +         .          .
  """

private let columns: [Substring: OrderEventKind] = [
  "denied": .denied, "held": .held, "submitting": .submitting, "accepted": .accepted,
  "rejected": .rejected, "unknown": .becameUnknown, "partly": .partlyFilled, "last": .lastFilled,
  "cancel": .cancelRequested, "canceled": .canceled, "gone": .cancelRefusedGone,
  "refused": .cancelRefused, "expired": .expired, "notFound": .notFound, "triggered": .triggered,
  "suspended": .suspended, "replace": .replaceRequested, "replaced": .replaced,
  "trailed": .trailed, "amended": .amended, "waived": .protectionWaived, "busted": .busted,
  "unprotect": .protectionEnded, "notReplaced": .replaceRefused, "settled": .settled,
  "progressed": .progressed, "completed": .completed,
]

private let phases: [Substring: OrderPhase] = [
  "HELD": .held, "WIRE": .wire, "WORKING": .venue(.working), "TRIGGERED": .venue(.triggered),
  "SUSPENDED": .venue(.suspended), "DENIED": .sealed(.denied), "FILLED": .sealed(.filled),
  "CANCELED": .sealed(.canceled), "EXPIRED": .sealed(.expired), "REJECTED": .sealed(.rejected),
  "NOT_FOUND": .sealed(.notFound), "REPLACED": .sealed(.replaced),
]

private func move(_ cell: Substring) -> OrderMove? {
  switch cell {
  case "+": return .apply
  case "+!": return .applyAnomalous
  case "=": return .ignore
  case "!": return .anomaly
  case "-": return .refuse
  case ".": return .impossible
  default:
    if cell.hasSuffix("!") { return phases[cell.dropLast()].map(OrderMove.becomeAnomalous) }
    return phases[cell].map(OrderMove.become)
  }
}

/// One cell of the table.
struct Cell: Hashable {
  var state: OrderState
  var kind: OrderEventKind
}

/// The table as written above, as a dictionary.
let specifiedMoves: [Cell: OrderMove] = {
  var moves: [Cell: OrderMove] = [:]
  for part in [orderPathColumns, endingColumns, reportColumns, changeColumns] {
    let rows = part.split(separator: "\n").map { $0.split(separator: " ") }
    guard let header = rows.first?.dropFirst() else { continue }
    for row in rows.dropFirst() {
      let state = valid(OrderState(rawValue: String(row[0])), String(row[0]))
      precondition(row.count == header.count + 1, "the row of \(state) has a cell too many or few")
      for (column, cell) in zip(header, row.dropFirst()) {
        let kind = valid(columns[column], String(column))
        moves[Cell(state: state, kind: kind)] = valid(move(cell), String(cell))
      }
    }
  }
  return moves
}()

@Suite struct OrderTableTests {
  @Test func `the table has a cell for every state and every kind of event`() {
    #expect(specifiedMoves.count == OrderState.allCases.count * OrderEventKind.allCases.count)
  }

  @Test(arguments: OrderState.allCases, OrderEventKind.allCases)
  func `a state moves on an event as the table says`(state: OrderState, kind: OrderEventKind) {
    #expect(state.move(on: kind) == specifiedMoves[Cell(state: state, kind: kind)])
  }

  @Test(arguments: [
    (OrderState.received, "PENDING"), (.held, "PENDING"), (.submitting, "PENDING"),
    (.unknown, "PENDING"), (.working, "PENDING"), (.triggered, "PENDING"),
    (.suspended, "PENDING"), (.pendingCancel, "PENDING"), (.pendingReplace, "PENDING"),
    (.partiallyFilled, "PARTIALLY_FILLED"), (.filled, "FILLED"), (.settled, "SETTLED"),
    (.canceled, "CANCELLED"), (.replaced, "CANCELLED"), (.expired, "EXPIRED"),
    (.denied, "REJECTED"), (.rejected, "REJECTED"), (.notFound, "REJECTED"),
  ])
  func `a state is shown to callers in the word they expect`(state: OrderState, status: String) {
    #expect(state.status == status)
  }
}
