internal import Campaigns
internal import Domain
internal import JSON
internal import SendStore

/// How far a campaign's upload has come, as the store keeps it between two requests.
struct CampaignUploadState {
  var position = UploadPosition.beginning
  var summary = UploadSummary()
  /// All of it has been read and is in the log; what is left is to be taken in.
  var isComplete = false
  /// Why it was refused as a whole; the next one begins anew.
  var refusal: [String] = []

  init() {}

  init(_ campaign: StoredCampaign) {
    guard let root = campaign.upload.flatMap({ JSONValue(whole: $0) }) else { return }
    if let found = root["position"].flatMap({ UploadPosition($0) }) { position = found }
    if let found = root["summary"].flatMap({ UploadSummary($0) }) { summary = found }
    isComplete = root["isComplete"]?.bool ?? false
    refusal = root["refusal"]?.items?.compactMap(\.string) ?? []
  }

  var json: [UInt8] {
    JSONWriter.object { writer in
      writer.field("position", json: position.json)
      writer.field("summary", json: summary.json)
      writer.field("isComplete", isComplete)
      writer.name("refusal")
      writer.array { list in
        for reason in refusal { list.value(reason) }
      }
    }
  }

  /// For whoever uploads, and whoever looks at the campaign.
  func write(_ campaign: StoredCampaign, to writer: inout JSONWriter) {
    guard campaign.source == nil else { return }
    writer.name("upload")
    writer.object { object in
      object.field("offset", position.offset)
      object.field("line", position.line)
      object.field("isComplete", isComplete)
      object.field("isTakenIn", campaign.isLoaded)
      summary.write(to: &object)
      guard !refusal.isEmpty else { return }
      object.name("refusal")
      object.array { list in
        for reason in refusal { list.value(reason) }
      }
    }
  }
}
