internal import CRdKafka
private import Glibc

/// Owns one rd_kafka_topic_partition_list_t and lends it.
final class PartitionList {
  private let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

  init(_ partitions: some Sequence<(KafkaPartition, Int64)>) {
    pointer = rd_kafka_topic_partition_list_new(8)
    for (partition, offset) in partitions {
      rd_kafka_topic_partition_list_add(pointer, partition.topic, Int32(partition.number))
        .pointee.offset = offset
    }
  }

  init(noted bookmarks: [KafkaPartition: (offset: Int64, note: String)]) {
    pointer = rd_kafka_topic_partition_list_new(8)
    for (partition, mark) in bookmarks {
      let element = rd_kafka_topic_partition_list_add(
        pointer, partition.topic, Int32(partition.number))
      element?.pointee.offset = mark.offset
      // The list frees it.
      element?.pointee.metadata = UnsafeMutableRawPointer(strdup(mark.note))
      element?.pointee.metadata_size = mark.note.utf8.count
    }
  }

  deinit { rd_kafka_topic_partition_list_destroy(pointer) }

  func withPointer<Result>(
    _ body: (UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) -> Result
  ) -> Result {
    withExtendedLifetime(self) { body(pointer) }
  }

  var firstError: rd_kafka_resp_err_t? {
    withPointer { list in
      elements(of: list).map(\.err).first { $0 != RD_KAFKA_RESP_ERR_NO_ERROR }
    }
  }

  /// Of those that have an offset.
  var bookmarks: [KafkaPartition: (offset: Int64, note: String)] {
    withPointer { list in
      var found: [KafkaPartition: (offset: Int64, note: String)] = [:]
      for (partition, element) in zip(partitions(of: list), elements(of: list))
      where element.offset >= 0 {
        let note = UnsafeRawBufferPointer(start: element.metadata, count: element.metadata_size)
        found[partition] = (element.offset, String(decoding: note, as: UTF8.self))
      }
      return found
    }
  }

  var offsets: [KafkaPartition: Int64] {
    withPointer { list in
      Dictionary(
        zip(partitions(of: list), elements(of: list).map(\.offset)), uniquingKeysWith: { $1 })
    }
  }
}

func elements(
  of list: UnsafePointer<rd_kafka_topic_partition_list_t>
) -> UnsafeBufferPointer<rd_kafka_topic_partition_t> {
  UnsafeBufferPointer(start: list.pointee.elems, count: Int(list.pointee.cnt))
}

func partitions(
  of list: UnsafePointer<rd_kafka_topic_partition_list_t>
) -> [KafkaPartition] {
  elements(of: list).map {
    KafkaPartition(topic: String(cString: $0.topic), number: Int($0.partition))
  }
}
