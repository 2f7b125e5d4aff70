import Domain
import JSON
import Testing

/// A file is what both its name and its bytes say.
@Suite struct FileFormTests {
  static func archive(_ folder: String) -> [UInt8] {
    [0x50, 0x4B, 0x03, 0x04] + Array("....[Content_Types].xml....\(folder)document.xml".utf8)
  }
  static let office: [UInt8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0]
  static let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0]
  static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0]
  private static let box: [UInt8] = [0, 0, 0, 24]
  static let openXML = "application/vnd.openxmlformats-officedocument."

  @Test(
    "each extension that may be sent is taken with bytes of its own",
    arguments: [
      ("a.jpeg", jpeg, Media.Kind.image, "image/jpeg"), ("A.JPG", jpeg, .image, "image/jpeg"),
      ("a.png", png, .image, "image/png"),
      ("a.txt", Array("Grüße\n".utf8), .document, "text/plain"),
      ("a.pdf", Array("%PDF-1.7".utf8), .document, "application/pdf"),
      ("a.doc", office, .document, "application/msword"),
      ("a.xls", office, .document, "application/vnd.ms-excel"),
      ("a.ppt", office, .document, "application/vnd.ms-powerpoint"),
      ("a.docx", archive("word/"), .document, openXML + "wordprocessingml.document"),
      ("a.xlsx", archive("xl/"), .document, openXML + "spreadsheetml.sheet"),
      ("a.pptx", archive("ppt/"), .document, openXML + "presentationml.presentation"),
      ("a.aac", [0xFF, 0xF1, 0x50], .audio, "audio/aac"),
      ("a.amr", Array("#!AMR\n".utf8), .audio, "audio/amr"),
      ("a.mp3", Array("ID3".utf8), .audio, "audio/mpeg"),
      ("b.mp3", [0xFF, 0xFB, 0x90], .audio, "audio/mpeg"),
      ("a.ogg", Array("OggS....OpusHead".utf8), .audio, "audio/ogg"),
      ("a.mp4", box + Array("ftypisom".utf8), .video, "video/mp4"),
      ("a.3gp", box + Array("ftyp3gp5".utf8), .video, "video/3gpp"),
    ])
  func taken(name: String, bytes: [UInt8], kind: Media.Kind, type: String) throws {
    let form = try FileForm(name, bytes)
    #expect(form == FileForm(kind: kind, contentType: type))
  }

  @Test("what is asked for counts where a name leaves it open")
  func asked() throws {
    let mp4 = Self.box + Array("ftypM4A ".utf8)
    #expect(try FileForm("a.mp4", mp4, asked: .audio).contentType == "audio/mp4")
    let webp = Array("RIFF....WEBPVP8 ".utf8)
    #expect(try FileForm("a.webp", webp, asked: .sticker).kind == .sticker)
  }

  @Test(
    "a file that is not what its name says is refused",
    arguments: [
      ("a.png", jpeg, "/file"), ("a.jpeg", Array("<html>".utf8), "/file"),
      ("a.pdf", archive("word/"), "/file"), ("a.docx", archive("xl/"), "/file"),
      ("a.docx", Array("PK".utf8), "/file"), ("a.xlsx", office, "/file"),
      ("a.txt", [0, 1, 2], "/file"), ("a.txt", png, "/file"),
      ("a.ogg", Array("OggS....vorbis".utf8), "/file"), ("a.exe", Array("MZ".utf8), "/name"),
      ("a.webp", Array("RIFF....WEBP".utf8), "/name"), ("pdf", Array("%PDF-".utf8), "/name"),
      ("a.html", Array("<html>".utf8), "/name"), ("a.txt", [], "/file"),
      ("a.jpeg", jpeg + [UInt8](repeating: 0, count: 5 << 20), "/file"),
    ] as [(String, [UInt8], String)])
  func refused(name: String, bytes: [UInt8], pointer: String) {
    do {
      let form = try FileForm(name, bytes)
      Issue.record("it was taken as \(form)")
    } catch { #expect(error.all.map(\.pointer) == [pointer]) }
  }

  @Test(
    "a name is the last part of what was given, without what no name has",
    arguments: [
      ("a.pdf", "a.pdf"), ("../../etc/a.pdf", "a.pdf"), (#"C:\temp\a.pdf"#, "a.pdf"),
      ("a\r\nb.pdf", "ab.pdf"), ("a\u{202E}fdp.exe", "afdp.exe"), ("", nil), ("..", nil),
      ("/", nil),
      (String(repeating: "x", count: 201), nil),
    ])
  func names(given: String, name: String?) { #expect(FileForm.name(given) == name) }

  @Test(
    "a browser is told what the bytes bear out, and nothing that it would run",
    arguments: [
      (jpeg, "image/jpeg", "image/jpeg"), (jpeg, "image/png", "image/jpeg"),
      (Array("<html><script>".utf8), "text/html", "text/plain"),
      (Array("<svg xmlns='x'>".utf8), "image/svg+xml", "text/plain"),
      (Array("BEGIN:VCARD".utf8), "text/vcard; charset=utf-8", "text/vcard"),
      (box + Array("ftypmp42".utf8), "audio/mp4", "audio/mp4"),
      ([0, 1, 2], "text/html", "application/octet-stream"),
      ([0, 1, 2], nil, "application/octet-stream"),
    ] as [([UInt8], String?, String)])
  func told(bytes: [UInt8], said: String?, type: String) {
    #expect(FileSignature.of(bytes).contentType(said: said) == type)
  }
}
