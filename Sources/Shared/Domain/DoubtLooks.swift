/// When a doubt is looked into, counted from when it arose.
package enum DoubtLooks {
  package static let standard: [Duration] = [.seconds(30), .seconds(120), .seconds(600)]
  package static let first = Duration.seconds(30)
}
