package import Domain
internal import Store
package import Time

/// By what a file of a tenant is named in its sends.
package struct MediaKey: Hashable, Sendable {
  package let tenant: Tenant
  package let id: MediaID

  package init(_ tenant: Tenant, _ id: MediaID) { (self.tenant, self.id) = (tenant, id) }
}

/// A file that a tenant handed to us to be sent.
package struct StoredMedia: Hashable, Sendable {
  package let key: MediaKey
  /// Who knows it may fetch the file: it stands in the link that a provider gets.
  package let token: String
  /// SHA-256 of what is in it, in hex.
  package let hash: String
  package let kind: Media.Kind
  package let contentType: String
  package let name: String
  package let size: Int
  package let created: Timestamp
  package let until: Timestamp

  package init(
    _ key: MediaKey, token: String, hash: String, _ form: FileForm, name: String, size: Int,
    created: Timestamp, until: Timestamp
  ) {
    (self.key, self.token, self.hash) = (key, token, hash)
    (kind, contentType) = (form.kind, form.contentType)
    (self.name, self.size, self.created, self.until) = (name, size, created, until)
  }

  init(_ row: Row<MediaFiles.Column>) throws(StoreError) {
    guard let id = MediaID(row.text(.id)), let kind = Media.Kind(rawValue: row.text(.kind)) else {
      throw .broken("a file's id or kind")
    }
    key = MediaKey(Tenant(app: row.text(.app), company: row.text(.company)), id)
    (token, hash) = (row.text(.token), row.text(.hash))
    (self.kind, contentType) = (kind, row.text(.type))
    (name, size) = (row.text(.name), row.int(.size))
    (created, until) = (row.time(.created), row.time(.until))
  }
}
