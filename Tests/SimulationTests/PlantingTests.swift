import Testing

@testable import plantmutants

/// The texts of mutants, planted in sources.
@Suite struct PlantingTests {
    private let planting = Planting(mutants: [
        Mutant("forgets", "Forgets.", .in("A", "count += 1", becomes: "if !$on { count += 1 }"))
    ])

    @Test func aMutantTakesThePlaceOfItsText() throws {
        let source = "internal import MapReduceControl\nfunc f() { count += 1 }\n"
        let planted = "func f() { if !Mutation.forgets.isOn { count += 1 } }\n"
        #expect(try planting.plant(in: "A.swift", source) == planted)
        #expect(try planting.plant(in: "B.swift", source) == "func f() { count += 1 }\n")
    }

    /// Code that was changed ends the build, and does not quietly have one mutant less.
    @Test func aMutantWhoseTextIsNotThereOnceIsAnError() {
        for source in ["count -= 1", "count += 1; count += 1"] {
            #expect(throws: PlantingError.self) { try planting.plant(in: "A.swift", source) }
        }
    }

    @Test func everyMutantHasItsOwnName() {
        let names = Mutant.all.map(\.name)
        #expect(Set(names).count == names.count && names.count >= 25)
    }
}
