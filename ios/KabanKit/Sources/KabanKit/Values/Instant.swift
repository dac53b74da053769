import Foundation

/// A moment with the offset of the clock that told it, as RFC 3339 text: `2026-11-24T01:40:00+09:00`.
///
/// The text is kept as it came, so that nothing is lost on the way to the core and back. The core
/// reads every instant that it is given, and refuses one that is none by the name of its place.
public struct Instant: Hashable, Sendable, CustomStringConvertible {
    /// RFC 3339.
    public let text: String

    /// The instant of an RFC 3339 text.
    public init(rfc3339 text: String) { self.text = text }

    /// A moment as shown by a clock that is `offsetMinutes` ahead of UTC, 540 in Japan. Fractions of
    /// a second are cut off.
    public init(_ date: Date, offsetMinutes: Int) {
        let zone = TimeZone(secondsFromGMT: offsetMinutes * 60) ?? .gmt
        let style = Date.ISO8601FormatStyle(timeZoneSeparator: .colon, timeZone: zone)
        text = date.formatted(style)
    }

    /// The moment; nothing where the text is no RFC 3339 time.
    public var date: Date? {
        guard let parts else { return nil }
        let style = Date.ISO8601FormatStyle(timeZoneSeparator: .colon)
        return (try? style.parse(parts.whole + parts.zone))?.addingTimeInterval(parts.fraction)
    }

    /// Minutes that the clock was ahead of UTC; nothing where the text is no RFC 3339 time.
    public var offsetMinutes: Int? {
        guard let zone = parts?.zone else { return nil }
        if zone == "Z" { return 0 }
        let numbers = zone.dropFirst().split(separator: ":").compactMap { Int($0) }
        guard numbers.count == 2 else { return nil }
        let minutes = numbers[0] * 60 + numbers[1]
        return zone.hasPrefix("-") ? -minutes : minutes
    }

    /// The text.
    public var description: String { text }

    /// Date and time to the second, the fraction of a second, and `Z` or `±hh:mm`.
    private var parts: (whole: String, fraction: TimeInterval, zone: String)? {
        let form = /(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})/
        guard let found = try? form.wholeMatch(in: text) else { return nil }
        let fraction = found.2.flatMap { TimeInterval("0" + $0) } ?? 0
        return (String(found.1), fraction, String(found.3))
    }
}
