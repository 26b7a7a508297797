import type { Import } from './read-imports.ts';
import type { Place } from './table.ts';

/** Why an import is forbidden, or nothing if it is not. */
export function checkImport(from: string, to: Import, places: readonly Place[]): string | undefined {
  if (to.kind === 'built-in') return undefined;
  const place = placeOf(from, places);
  if (place === undefined) return `${from} stands in no place of the table`;
  if (to.kind === 'package') {
    return place.packages.includes(to.name) ? undefined : `${place.path} may not import the package ${to.name}`;
  }
  if (isTestCode(to.path)) return `${to.path} is for tests only`;
  if (to.path.startsWith('cmd/') && !from.startsWith('cmd/')) return 'nobody imports cmd/';
  if (place.mayImport === 'anything') return undefined;
  const target = placeOf(to.path, places);
  if (target === place) {
    const isForeignChild = place.hasSeparateChildren === true && childOf(from, place) !== childOf(to.path, place);
    const areBothChildren = childOf(from, place) !== undefined && childOf(to.path, place) !== undefined;
    return isForeignChild && areBothChildren ? `the folders of ${place.path} know nothing of each other` : undefined;
  }
  const allowed = place.mayImport.some((path) => isWithin(to.path, path, places));
  return allowed ? undefined : `${place.path} may not import ${target?.path ?? to.path}`;
}

/** Test files, and folders of what only tests use. */
export function isTestCode(path: string): boolean {
  return /\.test\.ts$|(^|\/)(testing|testdata)\/|^(e2e|bench|tools)\//.test(path);
}

function placeOf(path: string, places: readonly Place[]): Place | undefined {
  const holding = places.filter(
    (place) => path === place.path || (place.path.endsWith('/') && path.startsWith(place.path)),
  );
  return holding.sort((a, b) => b.path.length - a.path.length)[0];
}

/** `src/xds/` allows `src/xds/server/`; `src/extproc/` does not allow the places of their own below it. */
function isWithin(path: string, allowed: string, places: readonly Place[]): boolean {
  if (!path.startsWith(allowed)) return false;
  const own = placeOf(path, places);
  const isPlaceItself = places.some((place) => place.path === allowed);
  return own === undefined || own.path === allowed || !isPlaceItself;
}

function childOf(path: string, place: Place): string | undefined {
  const rest = path.slice(place.path.length);
  return rest.includes('/') ? rest.slice(0, rest.indexOf('/')) : undefined;
}
