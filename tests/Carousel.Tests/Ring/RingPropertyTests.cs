using Carousel.Core.Ring;
using Carousel.Core.Servers;
using CsCheck;
using Xunit;
using static Carousel.Tests.Ring.RingFixture;

namespace Carousel.Tests.Ring;

public class RingPropertyTests
{
    private const int Universe = 7;

    private static readonly Server[] All = ServersOf(Universe);

    private static readonly Gen<Step[]> Steps = Gen.Select(
        Gen.Frequency(
            (6, Gen.Const(Kind.Next)),
            (2, Gen.Const(Kind.NextUntried)),
            (2, Gen.Const(Kind.Add)),
            (2, Gen.Const(Kind.AddAfter)),
            (5, Gen.Const(Kind.Remove)),
            (5, Gen.Const(Kind.Restore)),
            (1, Gen.Const(Kind.Forget))),
        Gen.Int[0, Universe - 1],
        Gen.Int[0, (1 << Universe) - 1],
        (kind, slot, bits) => new Step(kind, slot, bits)).Array[0, 80];

    private enum Kind
    {
        Next,
        NextUntried,
        Add,
        AddAfter,
        Remove,
        Restore,
        Forget,
    }

    [Fact]
    public void AnyOperations_InSequence_MatchTheModel()
    {
        Gen.Select(Gen.Int[0, Universe], Steps).Sample(
            (filled, steps) =>
            {
                var ring = new ServerRing();
                var model = new RingModel();
                foreach (Server server in All[..filled])
                {
                    Assert.Equal(model.Add(server), ring.Add(server));
                }
                foreach (Step step in steps)
                {
                    AssertSame(step, ring, model);
                }
                Server[] expected = [.. model.Servers];
                Assert.Equal(expected, ring.ToArray());
                Assert.Equal(expected.Length, ring.Count);
                AssertCircle(ring.Origin, expected);
                Assert.All(expected, _ => Assert.Same(model.Next(), ring.Next()));
            },
            iter: 20_000,
            print: input => $"{input.Item1} servers: {string.Join(", ", input.Item2.Select(step => step.ToString()))}");
    }

    private static void AssertSame(Step step, ServerRing ring, RingModel model)
    {
        Server server = All[step.Slot];
        switch (step.Kind)
        {
            case Kind.Next:
                Assert.Same(model.Next(), ring.Next());
                break;
            case Kind.NextUntried:
                HashSet<int> tried = [.. Enumerable.Range(0, Universe).Where(slot => (step.Bits >> slot & 1) != 0)];
                var slots = new SlotSet();
                Assert.All(tried, slot => slots.Add(All[slot]));
                Assert.Same(model.NextUntried(tried), ring.NextUntried(slots));
                break;
            case Kind.Add:
                Assert.Equal(model.Add(server), ring.Add(server));
                break;
            case Kind.AddAfter:
                Server? before = All.FirstOrDefault(other => (step.Bits >> other.Slot & 1) != 0 && model.Knows(other));
                Assert.Equal(model.AddAfter(before, server), ring.AddAfter(before, server));
                break;
            case Kind.Remove:
                Assert.Equal(model.Remove(server), ring.Remove(server));
                break;
            case Kind.Restore:
                Assert.Equal(model.Restore(server), ring.Restore(server));
                break;
            case Kind.Forget:
                Assert.Equal(model.Forget(server), ring.Forget(server));
                break;
        }
    }

    private sealed record Step(Kind Kind, int Slot, int Bits)
    {
        public override string ToString() => $"{Kind}({Slot}, {Bits:b})";
    }
}
