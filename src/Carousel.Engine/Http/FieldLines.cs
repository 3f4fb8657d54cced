using System.Runtime.CompilerServices;
using Carousel.Core.Telemetry;

namespace Carousel.Engine.Http;

/// <summary>The meaning of a message's fields for the balancer, collected during parsing.</summary>
internal interface IFieldMeaning
{
    /// <summary>Reads one field that is not <see cref="FieldName.Other"/>; returns its error.</summary>
    FailureReason Take(ref byte start, in Field field);
}

/// <summary>The end and the content of a head's field lines.</summary>
internal struct FieldLines
{
    /// <inheritdoc cref="MessageHead.FieldCount"/>
    public int Count;

    /// <inheritdoc cref="MessageHead.Present"/>
    public FieldSet Present;

    /// <summary>Reads field lines into <paramref name="table"/>, up to the empty line.</summary>
    /// <param name="start">The head's first byte.</param>
    /// <param name="position">The first line's position.</param>
    /// <param name="length">The number of available bytes.</param>
    /// <param name="table">As long as the limit of fields.</param>
    /// <param name="tooMany">The reason if there are more.</param>
    /// <param name="meaning">Reads the known fields.</param>
    /// <returns>The head's length, or a <see cref="Stop"/>.</returns>
    public int Read<TMeaning>(
        ref byte start, int position, int length, Span<Field> table, FailureReason tooMany, ref TMeaning meaning)
        where TMeaning : struct, IFieldMeaning
    {
        int count = 0;
        while (position < length)
        {
            if (Unsafe.Add(ref start, position) == (byte)'\r')
            {
                Count = count;
                return FieldLine.ReadEmpty(ref start, position, length);
            }
            if (count >= table.Length)
            {
                return Stop.Refuse(tooMany);
            }
            ref Field field = ref table[count++];
            position = FieldLine.Read(ref start, position, length, ref field);
            if (position < 0)
            {
                return position;
            }
            if (field.Known != FieldName.Other)
            {
                Present = Present.With(field.Known);
                FailureReason reason = meaning.Take(ref start, field);
                if (reason != FailureReason.None)
                {
                    return Stop.Refuse(reason);
                }
            }
        }
        return Stop.NeedMore;
    }
}
