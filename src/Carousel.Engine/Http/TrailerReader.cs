using System.Runtime.InteropServices;
using Carousel.Core.Telemetry;

namespace Carousel.Engine.Http;

/// <summary>
/// Reads the trailer section of a chunked body (RFC 9112 section 7.1.2), with the field reader of heads, and removes the fields that may not be
/// trailers. Reused for many messages; its own worker's thread only.
/// </summary>
/// <param name="maxFields">The limit of fields.</param>
internal sealed class TrailerReader(int maxFields)
{
    /// <summary>Maximum bytes of a section, with its empty line: less than a buffer holds, so that all of it can be buffered.</summary>
    public const int MaxBytes = 16 * 1024;

    /// <summary>The trailers of the last complete section.</summary>
    public MessageHead Head { get; } = new(maxFields);

    /// <summary>Reads the section at the start of <paramref name="input"/>, which ends with an empty line. Each call reads all of it again.</summary>
    /// <param name="input">The available bytes. Bytes after the section are ignored.</param>
    /// <param name="dropsAll">Removes all fields, if they are well formed.</param>
    public ParseStatus Read(ReadOnlySpan<byte> input, bool dropsAll)
    {
        Head.Clear();
        int length = Math.Min(input.Length, MaxBytes);
        FieldLines lines = default;
        NoMeaning meaning = default;
        int end = lines.Read(ref MemoryMarshal.GetReference(input), 0, length, Head.Table, FailureReason.BadChunk, ref meaning);
        if (end < 0)
        {
            return Stop.ToStatus(end, length == MaxBytes, FailureReason.BadChunk, out _);
        }
        Head.Complete(input[..end], lines.Count, lines.Present);
        Head.Dropped = new FieldSet(TrailerNames.Known);
        RemoveOthers(dropsAll);
        return ParseStatus.Complete;
    }

    private void RemoveOthers(bool all)
    {
        ReadOnlySpan<Field> fields = Head.Fields;
        for (int i = 0; i < fields.Length; i++)
        {
            if (all || (fields[i].Known == FieldName.Other && TrailerNames.IsListed(fields[i].Name.Of(Head.Bytes))))
            {
                Head.Remove(i);
            }
        }
    }

    /// <summary>No trailer means anything to the balancer.</summary>
    private readonly struct NoMeaning : IFieldMeaning
    {
        public FailureReason Take(ref byte start, in Field field) => FailureReason.None;
    }
}
