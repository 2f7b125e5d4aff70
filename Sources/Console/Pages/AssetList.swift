/// Every file that the page loads.
enum AssetList {
  /// What every room needs, loaded with the page.
  static let first = [
    Assets.Asset(name: "console.css", bytes: PackageResources.console_css),
    Assets.Asset(name: "mark.svg", bytes: PackageResources.mark_svg),
    Assets.Asset(name: "main.js", bytes: PackageResources.main_js),
    Assets.Asset(name: "api.js", bytes: PackageResources.api_js),
    Assets.Asset(name: "dom.js", bytes: PackageResources.dom_js),
    Assets.Asset(name: "session.js", bytes: PackageResources.session_js),
    Assets.Asset(name: "stream.js", bytes: PackageResources.stream_js),
    Assets.Asset(name: "parts.js", bytes: PackageResources.parts_js),
    Assets.Asset(name: "form.js", bytes: PackageResources.form_js),
    Assets.Asset(name: "drafts.js", bytes: PackageResources.drafts_js),
    Assets.Asset(name: "poll.js", bytes: PackageResources.poll_js),
    Assets.Asset(name: "table.js", bytes: PackageResources.table_js),
    Assets.Asset(name: "time.js", bytes: PackageResources.time_js),
    Assets.Asset(name: "icons.js", bytes: PackageResources.icons_js),
  ]

  /// What comes when somebody goes to a room.
  static let rooms = [
    Assets.Asset(name: "pages.js", bytes: PackageResources.pages_js),
    Assets.Asset(name: "plot.js", bytes: PackageResources.plot_js),
    Assets.Asset(name: "overview.js", bytes: PackageResources.overview_js),
    Assets.Asset(name: "inbox.js", bytes: PackageResources.inbox_js),
    Assets.Asset(name: "conversation.js", bytes: PackageResources.conversation_js),
    Assets.Asset(name: "composer.js", bytes: PackageResources.composer_js),
    Assets.Asset(name: "contact.js", bytes: PackageResources.contact_js),
    Assets.Asset(name: "swipe.js", bytes: PackageResources.swipe_js),
    Assets.Asset(name: "campaigns.js", bytes: PackageResources.campaigns_js),
    Assets.Asset(name: "campaign.js", bytes: PackageResources.campaign_js),
    Assets.Asset(name: "course.js", bytes: PackageResources.course_js),
    Assets.Asset(name: "rehearsal.js", bytes: PackageResources.rehearsal_js),
    Assets.Asset(name: "upload.js", bytes: PackageResources.upload_js),
    Assets.Asset(name: "variants.js", bytes: PackageResources.variants_js),
    Assets.Asset(name: "sends.js", bytes: PackageResources.sends_js),
    Assets.Asset(name: "resends.js", bytes: PackageResources.resends_js),
    Assets.Asset(name: "lanes.js", bytes: PackageResources.lanes_js),
    Assets.Asset(name: "doubts.js", bytes: PackageResources.doubts_js),
    Assets.Asset(name: "letters.js", bytes: PackageResources.letters_js),
    Assets.Asset(name: "templates.js", bytes: PackageResources.templates_js),
    Assets.Asset(name: "objects.js", bytes: PackageResources.objects_js),
    Assets.Asset(name: "accounts.js", bytes: PackageResources.accounts_js),
    Assets.Asset(name: "account.js", bytes: PackageResources.account_js),
    Assets.Asset(name: "events.js", bytes: PackageResources.events_js),
    Assets.Asset(name: "tasks.js", bytes: PackageResources.tasks_js),
    Assets.Asset(name: "settings.js", bytes: PackageResources.settings_js),
  ]
}
