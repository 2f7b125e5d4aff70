internal import Platform

extension Metrics {
  /// The process as Prometheus's own clients tell of it, under their names, so that what people have for other programs
  /// shows ours as well; and which version runs.
  package func showProcess(version: String) {
    gauge("postrider_build_info", "1; which version this is.", ["version": version]).set(1)
    let processor = total(
      "process_cpu_seconds_total", "Processor time of the process, in seconds.")
    let resident = gauge("process_resident_memory_bytes", "Memory of the process that is in RAM.")
    let descriptors = gauge("process_open_fds", "Files and sockets that the process has open.")
    if let most = ProcessFacts.mostDescriptors {
      gauge("process_max_fds", "How many files and sockets it may have open.").set(Double(most))
    }
    if let started = ProcessFacts.startedAtMicroseconds {
      gauge("process_start_time_seconds", "When the process started, in seconds since 1970.")
        .set(Double(started) / 1_000_000)
    }
    beforeEachText {
      processor.set(Double(ProcessFacts.processorMicroseconds) / 1_000_000)
      if let bytes = ProcessFacts.residentBytes { resident.set(Double(bytes)) }
      if let count = ProcessFacts.openDescriptors { descriptors.set(Double(count)) }
    }
  }
}
