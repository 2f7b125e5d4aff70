internal import CSystem

// Apart from the rest: Glibc and CSystem cannot be imported by one file.

func lockWholeFile(_ descriptor: Int32) { postrider_lock(descriptor) }
func unlockWholeFile(_ descriptor: Int32) { postrider_unlock(descriptor) }
func tryWholeFile(_ descriptor: Int32) -> Bool { postrider_try_lock(descriptor) != 0 }
