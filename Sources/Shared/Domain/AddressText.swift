extension String {
  /// An address without the channel that Twilio writes before it: `+1…` of `whatsapp:+1…`.
  package var withoutChannel: String {
    hasPrefix("whatsapp:") ? String(dropFirst("whatsapp:".count)) : self
  }
}
