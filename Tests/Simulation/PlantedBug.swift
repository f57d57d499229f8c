// Bugs that a history can be given, one for each promise, to show that the checks find them. They
// sit in the world around the engine: in what carries out its actions and tells it what happened.

/// A bug in the world around the engine.
public enum PlantedBug: String, CaseIterable, Sendable {
  /// An order goes to the venue twice.
  case sendTwice = "send-twice"
  /// The journal acknowledges before it is durable.
  case acknowledgeEarly = "acknowledge-early"
  /// A silence is told as a rejection.
  case inventRejection = "invent-rejection"
  /// A venue that cannot answer is told as one that has no such order.
  case inventNotFound = "invent-not-found"
  /// A trade is told under two names.
  case countTwice = "count-twice"
  /// A caller gets no answer.
  case forgetReply = "forget-reply"
  /// The journal loses an event.
  case loseEvent = "lose-event"
  /// A halt is recorded and does not reach the engine.
  case ignoreHalt = "ignore-halt"
  /// An old quote is told as a new one.
  case freshenQuote = "freshen-quote"
  /// A cancel is confirmed that the venue has not carried out.
  case inventCancel = "invent-cancel"
  /// The journal forgets whose fills are protected.
  case forgetProtection = "forget-protection"
  /// The journal forgets what slices an order had that is worked in them.
  case forgetSlices = "forget-slices"
  /// The journal tells of a slice and not of its parent.
  case forgetParent = "forget-parent"
  /// A connection is lost, and nobody tells.
  case hideDisconnect = "hide-disconnect"
  /// Nobody asks for orders with an unknown outcome.
  case neverAsk = "never-ask"
}
