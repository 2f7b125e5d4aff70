internal import CSystem

// Apart from the rest: Glibc and CSystem cannot be imported by one file.

/// Both ends of a pipe that no program gets which is started meanwhile; nil where there is no room for it.
func makePipe() -> (reading: Int32, writing: Int32)? {
  var ends: [Int32] = [-1, -1]
  guard postrider_pipe(&ends) == 0 else { return nil }
  return (ends[0], ends[1])
}

/// The number of the process, or why there is none. `ends` are its standard input, output and errors.
func spawn(
  _ path: String, _ words: UnsafePointer<UnsafeMutablePointer<CChar>?>, ends: [Int32]
) -> (process: Int32, code: Int32) {
  var process: Int32 = -1
  let code = postrider_spawn(&process, path, words, ends)
  return (process, code)
}

func giveWay(group: Int32, niceness: Int32) { postrider_yield_group(group, niceness) }
