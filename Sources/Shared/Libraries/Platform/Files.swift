internal import Glibc

/// The whole of a file; nil where it cannot be read.
package func content(ofFile path: String, first limit: Int = .max) -> [UInt8]? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var content: [UInt8] = []
  var part = [UInt8](repeating: 0, count: 64 << 10)
  while content.count < limit {
    let count = read(descriptor, &part, min(part.count, limit - content.count))
    if count < 0, errno == EINTR { continue }
    guard count >= 0 else { return nil }
    if count == 0 { return content }
    content += part[..<count]
  }
  return content
}

package func isFolder(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// The part of a path before its last name; empty where it is a name alone.
package func folder(ofFile path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "" }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// Writes the file anew as a whole, for its owner alone: whoever reads it sees the old or the new one. False where that
/// could not be done.
package func replaceFile(_ path: String, by content: [UInt8]) -> Bool {
  let fresh = "\(path).new"
  let descriptor = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
  guard descriptor >= 0 else { return false }
  var isWritten = true
  var rest = content[...]
  while isWritten, !rest.isEmpty {
    let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if count < 0, errno == EINTR { continue }
    isWritten = count > 0
    rest = rest.dropFirst(max(0, count))
  }
  isWritten = isWritten && fsync(descriptor) == 0
  close(descriptor)
  return isWritten && rename(fresh, path) == 0
}

/// Makes a folder for its owner alone, and those that it stands in. False where there is none afterwards.
package func makeFolder(_ path: String) -> Bool {
  guard !path.isEmpty, !isFolder(path) else { return !path.isEmpty }
  let above = folder(ofFile: path)
  guard above.isEmpty || makeFolder(above) else { return false }
  return mkdir(path, 0o700) == 0 || isFolder(path)
}

/// Whether there is no such file any more.
package func removeFile(_ path: String) -> Bool { unlink(path) == 0 || errno == ENOENT }
