internal import CLZ4

/// Bytes as an LZ4 block, or as they are where that is no shorter.
package struct Packed: Sendable, Equatable {
  package let bytes: [UInt8]
  /// How many they were before; nil where they are as they were.
  package let unpackedCount: Int?

  package init(bytes: [UInt8], unpackedCount: Int?) {
    (self.bytes, self.unpackedCount) = (bytes, unpackedCount)
  }

  package init(_ plain: [UInt8]) {
    let (source, room) = (Int32(clamping: plain.count), Int32(clamping: plain.count - 1))
    let packed = [UInt8](unsafeUninitializedCapacity: Int(max(0, room))) { target, count in
      count = plain.withUnsafeBytes { plain in
        guard let from = plain.baseAddress, let to = target.baseAddress else { return 0 }
        return to.withMemoryRebound(to: CChar.self, capacity: target.count) { to in
          Int(LZ4_compress_default(from.assumingMemoryBound(to: CChar.self), to, source, room))
        }
      }
    }
    self =
      packed.isEmpty
      ? Packed(bytes: plain, unpackedCount: nil)
      : Packed(bytes: packed, unpackedCount: plain.count)
  }

  /// nil where the bytes are not what was packed.
  package func unpacked() -> [UInt8]? {
    guard let size = unpackedCount else { return bytes }
    guard (1...Int(LZ4_MAX_INPUT_SIZE)).contains(size) else { return nil }
    let plain = [UInt8](unsafeUninitializedCapacity: size) { target, count in
      count = bytes.withUnsafeBytes { packed in
        guard let from = packed.baseAddress, let to = target.baseAddress else { return 0 }
        return to.withMemoryRebound(to: CChar.self, capacity: size) { to in
          let found = LZ4_decompress_safe(
            from.assumingMemoryBound(to: CChar.self), to, Int32(packed.count), Int32(size))
          return Int(max(0, found))
        }
      }
    }
    return plain.count == size ? plain : nil
  }
}
