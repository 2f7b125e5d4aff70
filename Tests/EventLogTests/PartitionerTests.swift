import EventLog
import Testing

@Suite struct PartitionerTests {
  @Test(
    "hashes as Kafka's own tests say",
    arguments: [
      ("21", -973_932_308), ("foobar", -790_332_482), ("a-little-bit-long-string", -985_981_536),
      ("a-little-bit-longer-string", -1_486_304_829),
      ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971), ("abc", 479_470_107),
    ] as [(String, Int32)])
  func vectors(_ key: String, _ hash: Int32) {
    let all = Partitioner.partition(ofKey: key, among: 1 << 31)
    #expect(all == Int(hash & 0x7FFF_FFFF))
    #expect(Partitioner.partition(ofKey: key, among: 7) == all % 7)
  }
}
