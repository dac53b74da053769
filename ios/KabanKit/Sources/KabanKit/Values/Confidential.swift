/// What holds a patient's data, or what a person typed. It never comes into a log: printed, dumped
/// or looked at by a mirror, it gives the name of its type and nothing that is inside.
public protocol Confidential: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {}

extension Confidential {
    /// The type's name.
    public var description: String { String(describing: Self.self) }
    /// The type's name.
    public var debugDescription: String { description }
    /// Nothing inside.
    public var customMirror: Mirror { Mirror(self, children: [(label: String?, value: Any)]()) }
}
