/// What bounded a job, and what would help most.
package struct Verdict: Hashable, Codable, Sendable {
    package var bound: Bound
    /// The bound's share of the time of the job's slots, from 0 to 1; for `slots`, the share in
    /// which all of them were at work while tasks waited.
    package var share: Double
    /// For people, for example `bound by sort: 58% of the slots' time`.
    package var text: String
    /// What would help most; nil if nothing is known to help.
    package var advice: Advice?
    /// The time of the job's slots by bound, the largest first; the shares add up to 1.
    ///
    /// Time when a slot had nothing to do counts toward what it waited for.
    package var parts: [Part]

    /// What can bound a job.
    package enum Bound: String, Codable, Sendable, CaseIterable {
        /// Reading the input and decompressing it.
        case reading
        /// The user's closures.
        case closure
        /// Collecting pairs: sorting them, and merging the values of equal keys.
        case sort
        /// Writing what does not fit into memory, and reading it back.
        case spill
        /// Waiting for runs from other machines.
        case fetch
        /// Reading runs and merging them.
        case merge
        /// Writing runs and parts, and making them durable.
        case writing
        /// A few tasks have far more to read than the others of their stage, so that slots wait.
        case skew
        /// A few tasks take far longer than the size of their input explains.
        case stragglers
        /// More tasks than slots, while every slot was at work and processors were not.
        case slots
        /// Slots had nothing to do because there were too few tasks.
        case tasks
        /// Attempts that failed or whose output was lost, and what was rerun because of them.
        case retries
        /// Starting, scheduling and ending tasks: there was little to do.
        case overhead
    }

    /// One thing to change.
    package struct Advice: Hashable, Codable, Sendable {
        /// The option to use, as it is typed; nil if the job or its input should change.
        package var option: String?
        /// For people, for example `--memory 1G would save about 20%`.
        package var text: String
        /// The estimated reduction of the job's time, from 0 to 1.
        package var saving: Double

        package init(option: String?, text: String, saving: Double) {
            self.option = option
            self.text = text
            self.saving = saving
        }
    }

    /// A share of the job's time, and its bound.
    package struct Part: Hashable, Codable, Sendable {
        package var bound: Bound
        package var seconds: Double
        package var share: Double

        package init(bound: Bound, seconds: Double, share: Double) {
            self.bound = bound
            self.seconds = seconds
            self.share = share
        }
    }

    package init(bound: Bound, share: Double, text: String, advice: Advice?, parts: [Part]) {
        self.bound = bound
        self.share = share
        self.text = text
        self.advice = advice
        self.parts = parts
    }
}
