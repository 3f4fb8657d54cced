namespace Carousel.Core.Pool;

/// <summary>A set of server slots: which servers a request has tried. Reused, so that it allocates only when the pool grows.</summary>
public sealed class SlotSet
{
    private ulong[] _words = [0];

    /// <summary>How many slots are in the set.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a slot (from 0); adding it twice changes nothing.</summary>
    public void Add(int slot)
    {
        int word = slot >> 6;
        if (word >= _words.Length)
        {
            Array.Resize(ref _words, word + 1);
        }
        ulong bit = 1UL << slot;
        if ((_words[word] & bit) == 0)
        {
            _words[word] |= bit;
            Count++;
        }
    }

    /// <summary>True if the slot was added since the last <see cref="Clear"/>.</summary>
    public bool Contains(int slot)
    {
        int word = slot >> 6;
        return word < _words.Length && (_words[word] & (1UL << slot)) != 0;
    }

    /// <summary>Empties the set.</summary>
    public void Clear()
    {
        if (Count != 0)
        {
            Array.Clear(_words);
            Count = 0;
        }
    }
}
