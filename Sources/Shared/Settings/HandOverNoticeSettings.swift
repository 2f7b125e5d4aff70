internal import Domain

extension SettingsReader {
  /// Which template an agent gets on a phone of their own once an assistant has handed a conversation over.
  func handOverNotice() -> HandOverNotice? {
    let template = requiredText("template_name", "the template's name")
    let notice = HandOverNotice(
      template ?? "", in: language("language_code"), parameters: texts("parameters"),
      from: text("sender").map { SenderID($0) })
    finish()
    return template == nil ? nil : notice
  }
}
