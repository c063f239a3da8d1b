using System.Globalization;

namespace MmapIo.Storms;

/// <summary>The storms as a program: faults FILE NUMBER, disposals FILE NUMBER, or crash FILE MANNER.</summary>
internal static class StormProgram
{
    public static int Main(string[] args)
    {
        switch (args)
        {
            case ["faults", string path, string number]:
                Console.WriteLine(FaultStorm.Run(path, int.Parse(number, CultureInfo.InvariantCulture)));
                return 0;
            case ["disposals", string path, string number]:
                Console.WriteLine(DisposalStorm.Run(path, int.Parse(number, CultureInfo.InvariantCulture)));
                return 0;
            case ["crash", string path, string manner]:
                Crash.Die(path, manner);
                return 0;
            default:
                return 2;
        }
    }
}
