using Carousel.Core.Pool;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Pool;

public class SlotSetTests
{
    [Fact]
    public void Contains_AnySlotsAddedAndCleared_AgreesWithAPlainSet()
    {
        Gen.Select(Gen.Int[0, 200].Array[0, 20], Gen.Int[0, 200].Array[0, 20]).Sample((first, second) =>
        {
            var slots = new SlotSet();
            foreach (int[] round in (int[][])[first, second])
            {
                Array.ForEach(round, slots.Add);
                var plain = new HashSet<int>(round);
                Assert.Equal(plain.Count, slots.Count);
                Assert.All(Enumerable.Range(0, 300), slot => Assert.Equal(plain.Contains(slot), slots.Contains(slot)));
                slots.Clear();
                Assert.Equal(0, slots.Count);
            }
        });
    }
}
