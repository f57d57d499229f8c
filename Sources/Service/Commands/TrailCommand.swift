// `export` and `verify-trail`: the trail of an order on standard output, and the check of one that
// was kept. Both only read, so a running service goes on.

internal import FoundationEssentials
internal import Storage
internal import Trading

enum TrailCommand {
  static func export(_ name: String, _ location: StoreLocation) -> Int32 {
    do throws(StoreError) {
      guard let reference = OrderReference(path: name),
        let trail = try Trail.read(at: location, reference)
      else {
        Terminal.complain("There is no order \(name.prefix(80).debugDescription).\n")
        return 1
      }
      return Terminal.print(String(decoding: TrailDocument.json(of: trail), as: UTF8.self) + "\n")
    } catch {
      Terminal.complain("\(error)\n")
      return 1
    }
  }

  static func verify(_ file: String, _ location: StoreLocation) -> Int32 {
    guard let data = FileManager.default.contents(atPath: file) else {
      Terminal.complain("The file \(file) cannot be read.\n")
      return 1
    }
    do throws(TrailCheckError) {
      let trail = try TrailCheck.trail(in: Array(data))
      return Terminal.print(try report(on: trail, location))
    } catch {
      Terminal.complain("\(error.sentence)\n")
      return 1
    }
  }

  /// What is to be said of a trail that is intact in itself.
  private static func report(on trail: Trail, _ location: StoreLocation) throws(TrailCheckError)
    -> String
  {
    let intact = "The trail of order \(trail.order.id) is intact: \(trail.rows.count) rows."
    if case .sqlite(let path) = location, !FileManager.default.fileExists(atPath: path) {
      return "\(intact) Whether a journal has them was not checked: there is no \(path).\n"
    }
    let missing: [Int64]
    do throws(StoreError) {
      missing = try trail.missingRows(in: location)
    } catch {
      throw TrailCheckError(sentence: error.description)
    }
    guard missing.isEmpty else {
      let places = missing.map { "\($0)" }.joined(separator: ", ")
      throw TrailCheckError(
        sentence: "The journal in \(location) does not have the rows \(places) as they are here.")
    }
    return "\(intact) The journal in \(location) has them all; `verify` checks its whole chain.\n"
  }
}
