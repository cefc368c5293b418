import Foundation
import Glibc

/// The target that `FUZZ` names; `.ci/fuzz` sets it.
private let target: any FuzzTarget = {
    let name = ProcessInfo.processInfo.environment["FUZZ"] ?? ""
    guard let target = fuzzTargets.first(where: { $0.name == name }) else {
        let names = fuzzTargets.map(\.name).joined(separator: ", ")
        preconditionFailure("FUZZ names one of \(names)")
    }
    return target
}()

/// Writes the seeds of the target to the directory that `FUZZ_SEEDS` names, for libFuzzer to begin
/// with.
@_cdecl("LLVMFuzzerInitialize")
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
    guard let directory = ProcessInfo.processInfo.environment["FUZZ_SEEDS"] else { return 0 }
    do {
        for (number, seed) in try target.seeds().enumerated() {
            let url = URL(fileURLWithPath: "\(directory)/seed-\(number)")
            try Data(seed).write(to: url)
        }
    } catch {
        preconditionFailure("the seeds cannot be written: \(error)")
    }
    return 0
}

/// One input of libFuzzer's: a finding is a trap here, as libFuzzer looks for those.
@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    do {
        try target.check(Array(UnsafeBufferPointer(start: bytes, count: count)))
    } catch {
        preconditionFailure("\(target.name): \(error)")
    }
    return 0
}
