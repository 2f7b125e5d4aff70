module postrider.example/consumer

go 1.19

require github.com/confluentinc/confluent-kafka-go/v2 v2.11.1
