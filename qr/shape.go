package qr

import (
	"image"
	"math"
)

// shape is something round. Off tells how far a point is outside of it, in pixels,
// less than nothing inside; beyond the box it need not be asked.
type shape struct {
	box image.Rectangle
	off func(x, y float64) float64
}

// draw paints a shape with smooth edges.
func (c *canvas) draw(is shape, s shade) {
	for y := is.box.Min.Y; y < is.box.Max.Y; y++ {
		line := c.row(y)
		for x := is.box.Min.X; x < is.box.Max.X; x++ {
			covered := min(max(0.5-is.off(float64(x)+0.5, float64(y)+0.5), 0), 1)
			line[x] = s.cover(uint8(covered * 255))
		}
	}
}

// around is the box of what lies no farther than that from points between two corners.
func around(x1, y1, x2, y2, reach float64) image.Rectangle {
	reach++
	return image.Rect(int(x1-reach), int(y1-reach), int(x2+reach), int(y2+reach))
}

func disc(x0, y0, radius float64) shape {
	return shape{around(x0, y0, x0, y0, radius), func(x, y float64) float64 { return distance(x-x0, y-y0) - radius }}
}

// stroke is a straight line of a round pen.
func stroke(width, x1, y1, x2, y2 float64) shape {
	dx, dy := x2-x1, y2-y1
	length := dx*dx + dy*dy
	off := func(x, y float64) float64 {
		along := min(max(((x-x1)*dx+(y-y1)*dy)/length, 0), 1)
		return distance(x-x1-along*dx, y-y1-along*dy) - width/2
	}
	return shape{around(min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2), width/2), off}
}

func both(a, b shape) shape {
	return shape{a.box.Union(b.box), func(x, y float64) float64 { return min(a.off(x, y), b.off(x, y)) }}
}

// without cuts a shape out of another.
func without(from, cut shape) shape {
	return shape{from.box, func(x, y float64) float64 {
		off := from.off(x, y)
		if (image.Point{int(x), int(y)}).In(cut.box) {
			off = max(off, -cut.off(x, y))
		}
		return off
	}}
}

// rest is what a shape leaves of a rectangle.
func rest(of image.Rectangle, from shape) shape {
	return shape{of, func(x, y float64) float64 { return -from.off(x, y) }}
}

// distance is math.Hypot without its care for what overflows, which would take most
// of the time of a picture.
func distance(dx, dy float64) float64 { return math.Sqrt(dx*dx + dy*dy) }
