// The small histogram of lead times of one model.
using System.Collections.Immutable;

namespace MedAI.Streaming.Evaluation.Report;

/// <summary>Septic patients by hours from the earliest alarm that was a hit to onset, as inline SVG.</summary>
internal static class LeadHistogram
{
    private const int Left = 40;
    private const int Top = 38;
    private const int Width = 200;
    private const int Height = 84;
    private const int Bottom = Top + Height;
    private const int TickHours = 3;

    /// <summary>Draws one; all on a page share the vertical axis.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="median">Its median lead in words.</param>
    /// <param name="patients">Patients by hour, from 0.</param>
    /// <param name="y">Vertical axis: patients.</param>
    public static Markup Of(string model, string median, ImmutableArray<int> patients, Axis y)
    {
        var name = Markup.Encode(model);
        var svg = new Markup()
            .Add($"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Left + Width + 8} {Bottom + 36}" role="img" """)
            .Add($"""font-family="system-ui, sans-serif" font-size="10" fill="#111111"><title>{name}: {median}</title>""")
            .Add($"""<text x="{Left}" y="13" font-size="11" font-weight="600">{name}</text><text x="{Left}" y="26">{median}</text>""");
        foreach (var tick in (double[])[0, y.Max])
        {
            var at = Bottom - (y.At(tick) * Height);
            svg.Add($"""<path d="M{Left} {at:0.#}h{Width}" stroke="#dddddd"/>""")
                .Add($"""<text x="{Left - 4}" y="{at + 3:0.#}" text-anchor="end">{Axis.Text(tick)}</text>""");
        }

        var room = (double)Width / patients.Length;
        for (var hour = 0; hour < patients.Length; hour++)
        {
            // Onset stands at the right: time runs from left to right.
            var x = Left + ((patients.Length - 1 - hour) * room);
            var height = y.At(patients[hour]) * Height;
            svg.Add($"""<rect x="{x + 1:0.#}" y="{Bottom - height:0.#}" width="{room - 2:0.#}" height="{height:0.#}" """)
                .Add($"""fill="#0072B2"><title>{hour} h: {patients[hour]}</title></rect>""");
            if (hour % TickHours == 0)
                svg.Add($"""<text x="{x + (room / 2):0.#}" y="{Bottom + 13}" text-anchor="middle">{hour}</text>""");
        }

        return svg.Add($"""<path d="M{Left} {Bottom}h{Width}" stroke="#333333"/><g text-anchor="middle">""")
            .Add($"""<text x="{Left + (Width / 2)}" y="{Bottom + 28}">lead, hours before onset</text>""")
            .Add($"""<text transform="translate(10 {Top + (Height / 2)}) rotate(-90)">patients</text></g></svg>""");
    }
}
