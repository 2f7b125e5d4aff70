/// What libFuzzer calls with its inputs. Which parser gets them is said once, by POSTRIDER_FUZZ.
@_cdecl("LLVMFuzzerTestOneInput")
package func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  FuzzTarget.chosen.run(input)
  return 0
}
