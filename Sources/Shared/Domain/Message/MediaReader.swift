internal import JSON

extension Media {
  /// Meta's own object of that name, or one of ours: `{"bucket", "file"}` in place of `link` or `id`.
  init?(_ kind: Kind, _ reader: FieldReader, _ faults: inout FieldFaults) {
    reader.refuseFields(
      except: ["link", "id", "bucket", "file", "caption", "filename", "voice"], &faults)
    let caption = reader.text("caption", &faults)
    let filename = reader.text("filename", &faults)
    let isVoice = reader.flag("voice", &faults) ?? false
    guard let source = Source(reader, &faults) else { return nil }
    self.init(kind, source, caption: caption, filename: filename, isVoice: isVoice)
  }
}

extension Media.Source {
  fileprivate init?(_ reader: FieldReader, _ faults: inout FieldFaults) {
    let link = reader.text("link", &faults)
    let id = reader.text("id", &faults)
    let stored = StoredFile(reader, &faults)
    let found = [link.map(Self.link), id.map(Self.id), stored.map(Self.stored)].compactMap(\.self)
    guard let source = found.first, found.count == 1 else {
      let isBroken = ["link", "id", "bucket", "file"].contains(where: reader.has) && found.isEmpty
      if !isBroken {
        faults.add(reader.pointer, "must have exactly one of link, id, or bucket with file")
      }
      return nil
    }
    self = source
  }
}

extension StoredFile {
  /// `bucket` and `file`, which come together.
  init?(_ reader: FieldReader, _ faults: inout FieldFaults) {
    let bucket = reader.text("bucket", &faults)
    let file = reader.text("file", &faults)
    if bucket != nil, !reader.has("file") {
      faults.add(reader.pointer("file"), "is needed with bucket")
    }
    if file != nil, !reader.has("bucket") {
      faults.add(reader.pointer("bucket"), "is needed with file")
    }
    guard let bucket, let file else { return nil }
    self.init(bucket: bucket, file: file)
  }
}

extension Location {
  init?(_ reader: FieldReader, _ faults: inout FieldFaults) {
    reader.refuseFields(except: ["latitude", "longitude", "name", "address"], &faults)
    let latitude = reader.neededDecimal("latitude", &faults)
    let longitude = reader.neededDecimal("longitude", &faults)
    let name = reader.text("name", &faults)
    let address = reader.text("address", &faults)
    guard let latitude, let longitude else { return nil }
    self.init(latitude: latitude, longitude: longitude, name: name, address: address)
  }
}

extension Reaction {
  init?(_ reader: FieldReader, _ faults: inout FieldFaults) {
    reader.refuseFields(except: ["message_id", "emoji"], &faults)
    let emoji = reader.text("emoji", &faults) ?? ""
    guard let id = reader.neededText("message_id", &faults) else { return nil }
    self.init(to: ProviderID(id), emoji: emoji)
  }
}

extension MessageHeader {
  /// - `mayHaveName`: of a template's value
  init?(_ reader: FieldReader, mayHaveName: Bool = false, _ faults: inout FieldFaults) {
    switch reader.neededText("type", &faults) {
    case "text":
      reader.refuseFields(
        except: mayHaveName ? ["type", "text", "parameter_name"] : ["type", "text"], &faults)
      guard let text = reader.neededText("text", &faults) else { return nil }
      self = .text(text)
    case "location":
      reader.refuseFields(except: ["type", "location"], &faults)
      guard let object = reader.object("location", isNeeded: true, &faults),
        let location = Location(object, &faults)
      else { return nil }
      self = .location(location)
    case let word?:
      guard let kind = Media.Kind(rawValue: word) else {
        faults.add(reader.pointer("type"), "must be text, image, video, document or location")
        return nil
      }
      reader.refuseFields(except: ["type", word], &faults)
      guard let object = reader.object(word, isNeeded: true, &faults),
        let media = Media(kind, object, &faults)
      else { return nil }
      self = .media(media)
    case nil: return nil
    }
  }
}
