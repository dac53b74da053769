import Foundation

/// Prints a line where Swift Testing prints its own, in one write, so that neither cuts the other in two.
func report(_ line: String) { FileHandle.standardError.write(Data("\(line)\n".utf8)) }
